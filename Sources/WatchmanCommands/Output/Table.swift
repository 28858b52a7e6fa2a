import WatchmanCore

/// Columns for people: upper-case header, two blanks between columns, the last one not padded.
struct Table {
    let header: [String]
    let rows: [[String]]

    /// The lines. Cells from outside are cleaned, so that no device can steer the terminal.
    var lines: [String] {
        let cells = ([self.header] + self.rows).map { $0.map { OutsideText.clean($0, limit: 400) } }
        let widths = self.header.indices.map { column in cells.map { $0[column].count }.max() ?? 0 }
        return cells.map { row in
            let padded = row.enumerated().map { column, cell in
                column == row.count - 1 ? cell : cell + String(repeating: " ", count: widths[column] - cell.count)
            }
            return padded.joined(separator: "  ")
        }
    }
}

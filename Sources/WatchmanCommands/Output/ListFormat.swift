import ArgumentParser
import WatchmanCore

/// How a list is printed.
enum ListFormat: String, ExpressibleByArgument, CaseIterable {
    case table, json
}

/// `--format`, for every command that prints data.
struct OutputOptions: ParsableArguments {
    @Option(help: "How to print: table or json.")
    var format: ListFormat = .table

    /// Prints `value` as JSON, or as the lines of `table`.
    func print(_ value: some Encodable, table: () -> [String]) throws {
        switch self.format {
        case .json: Terminal.data(String(decoding: try WireJSON.encode(value, pretty: true), as: UTF8.self))
        case .table: table().forEach(Terminal.data)
        }
    }
}

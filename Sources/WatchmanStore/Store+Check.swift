import GRDB

extension Store {
    /// What is wrong with the database, at most some twenty things: pages, indexes and constraints (`PRAGMA integrity_check`), rows that
    /// refer to nothing (`PRAGMA foreign_key_check`), and the chain of the audit trail. Writers go on meanwhile.
    public func integrityProblems() async throws -> [String] {
        let problems = try await self.structuralProblems()
        // A table whose pages are damaged need not be readable.
        return try await problems.isEmpty ? [self.auditProblem()].compactMap(\.self) : problems
    }

    private func structuralProblems() async throws -> [String] {
        try await self.read { db in
            let damage = try String.fetchAll(db, sql: "PRAGMA integrity_check(20)").filter { $0 != "ok" }
            let orphans = try Row.fetchCursor(db, sql: "PRAGMA foreign_key_check")
            var problems = damage
            while problems.count < damage.count + 20, let row = try orphans.next() {
                problems.append("a row of \(row[0] as String) refers to a row of \(row[2] as String) that is not there")
            }
            return problems
        }
    }
}

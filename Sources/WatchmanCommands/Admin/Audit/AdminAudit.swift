import ArgumentParser
import Foundation
import WatchmanClient
import WatchmanCore

extension Watchman {
    struct AdminAudit: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "audit", abstract: "Who did what.",
            discussion: """
                Every row holds a hash over itself and the row before it. A row's number and hash, kept elsewhere, prove later that \
                nothing up to that row was changed.

                  $ watchman admin audit list --subject edge-1 --since 24h
                  $ watchman admin audit verify --head 1234:9f86d08...
                """,
            subcommands: [AuditRows.self, AuditExport.self, AuditVerify.self], defaultSubcommand: AuditRows.self)
    }

    struct AuditRows: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List what was done, the newest first.")

        @Option(help: "Only rows whose actor contains this, such as user:alice.") var actor: String?
        @Option(help: "Only rows whose action contains this, such as password.reveal.") var action: String?
        @Option(help: "Only rows whose subject contains this, such as a device.") var subject: String?
        @Option(help: ArgumentHelp("Only rows of this last span, such as 24h.", valueName: "span")) var since: TimeSpan?
        @Option(help: "How many rows at most.") var limit = 100
        @OptionGroup var server: ServerOptions
        @OptionGroup var output: OutputOptions

        func validate() throws {
            guard (1...100_000).contains(self.limit) else { throw ValidationError("--limit is 1 to 100000") }
        }

        func run() async throws {
            let (path, limit) = (self.path(now: Date()), self.limit)
            let list: AuditList = try await self.server.withClient(.live) { client in
                // A page may be short, or empty, and not be the last: the server looks at so many rows at a time.
                var (entries, next): ([AuditRow], String?) = ([], nil)
                repeat {
                    let after = next.map { "&after=\(PercentEncoding.encode($0))" } ?? ""
                    let page: AuditList = try await client.get(path + after)
                    entries += page.entries
                    next = page.next
                } while next != nil && entries.count < limit
                return AuditList(entries: Array(entries.prefix(limit)), next: entries.count > limit ? nil : next)
            }
            try self.output.print(list) { Self.table(list.entries) }
        }

        /// The path and query of the first page.
        func path(now: Date) -> String {
            let since = self.since.map { "\(Int(now.timeIntervalSince1970) - $0.seconds)" }
            let parameters = [
                ("actor", self.actor), ("action", self.action), ("subject", self.subject), ("since", since),
                ("limit", "\(min(self.limit, 1000))"),
            ]
            let pairs = parameters.compactMap { name, value in value.map { "\(name)=\(PercentEncoding.encode($0))" } }
            return "/api/v1/audit?\(pairs.joined(separator: "&"))"
        }

        static func table(_ rows: [AuditRow]) -> [String] {
            Table(
                header: ["ROW", "WHEN", "WHO", "FROM", "WHAT", "SUBJECT", "DETAIL"],
                rows: rows.map { row in
                    [
                        "\(row.id)", "\(row.at.text.prefix(19)) UTC", row.actor, row.source.isEmpty ? "-" : row.source,
                        row.action, row.subject, row.detail,
                    ]
                }
            ).lines
        }
    }

    struct AuditExport: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "export", abstract: "Print every row with its hash, the oldest first, one JSON object a line.",
            discussion: """
                  $ watchman admin audit export > audit.jsonl
                  $ watchman admin audit export --after 1234 >> audit.jsonl
                """)

        @Option(help: ArgumentHelp("Only rows after this one.", valueName: "row")) var after: Int64 = 0
        @OptionGroup var server: ServerOptions

        func run() async throws {
            let after = self.after
            try await self.server.withClient(.live) { client in
                try await AuditTrail.each(client, after: after) { rows in
                    let lines = try rows.map { String(decoding: try WireJSON.encode($0), as: UTF8.self) }
                    Terminal.data(lines.joined(separator: "\n"))
                }
            }
        }
    }

    struct AuditVerify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "verify", abstract: "Check that no row was changed, left out or put in.",
            discussion: """
                Reads all rows of the server, or a file that `export` wrote from the first row on, and computes every hash anew. The \
                answer names the last row with its hash: keep that where the server's owner cannot change it, and give it as --head \
                the next time. Without, a trail that was written anew from some row on, or cut off at its end, looks sound.
                """)

        @Argument(help: "A file that `export` wrote. Default: ask the server.", completion: .file()) var file: String?
        @Option(help: ArgumentHelp("A row and its hash that were noted before.", valueName: "row:hash"))
        var head: String?
        @OptionGroup var server: ServerOptions

        func validate() throws {
            if let head, AuditChain.Head(head) == nil {
                throw ValidationError("--head is a row's number, `:` and its hash")
            }
        }

        func run() async throws {
            let noted = self.head.flatMap { AuditChain.Head($0) }
            var walk = AuditChain.Walk(noted: noted)
            if let file {
                try AuditTrail.each(file: file) { try walk.take($0) }
            } else {
                walk = try await self.server.withClient(.live) { client in
                    var walk = AuditChain.Walk(noted: noted)
                    try await AuditTrail.each(client, after: 0) { rows in for row in rows { try walk.take(row) } }
                    return walk
                }
            }
            try walk.finish()
            Terminal.data("\(walk.head.id) rows, head \(walk.head.text)")
            if noted == nil {
                Terminal.say(
                    "watchman: keep the head elsewhere; with --head it proves the next time that nothing was cut off")
            }
        }
    }
}

/// Reads the audit trail from its beginning.
enum AuditTrail {
    /// Gives `body` a server's rows behind one, page by page.
    static func each(_ client: APIClient, after id: Int64, _ body: ([AuditRow]) throws -> Void) async throws {
        var after = id > 0 ? "\(id)" : nil
        repeat {
            let query = after.map { "?after=\(PercentEncoding.encode($0))" } ?? ""
            let page: AuditList = try await client.get("/api/v1/audit/chain\(query)")
            if !page.entries.isEmpty { try body(page.entries) }
            after = page.next
        } while after != nil
    }

    /// Gives `body` the rows of a file that `export` wrote, one by one.
    ///
    /// - Throws: `WatchmanError` (`conflict`) for a line that is no row, or what `body` throws.
    static func each(file: String, _ body: (AuditRow) throws -> Void) throws {
        guard let handle = FileHandle(forReadingAtPath: file) else {
            throw WatchmanError(.invalid, "cannot read \(OutsideText.clean(file, limit: 200))")
        }
        var (rest, number) = ([UInt8](), 0)
        while let data = try handle.read(upToCount: 1 << 20), !data.isEmpty {
            rest += data
            var lines = rest.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            rest = Array(lines.removeLast())
            for line in lines { try self.take(line, &number, body) }
        }
        if !rest.isEmpty { try self.take(rest[...], &number, body) }
    }

    private static func take(
        _ line: ArraySlice<UInt8>, _ number: inout Int, _ body: (AuditRow) throws -> Void
    ) throws {
        number += 1
        guard let row = try? WireJSON.decode(AuditRow.self, from: line) else {
            throw WatchmanError(.conflict, "line \(number) is no row of an audit trail")
        }
        try body(row)
    }
}

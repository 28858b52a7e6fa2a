import Foundation
import TestSupport
import Testing
import WatchmanCore
import WatchmanSystem

@Suite struct TarTests {
    private static func entry(_ name: String, _ size: Int) -> TarEntry {
        TarEntry(name: name, mode: 0o600, size: Int64(size), time: 0)
    }

    /// The members of an archive with their contents.
    private static func read(_ path: String) throws -> [(TarEntry, [UInt8])] {
        let reader = try TarReader(path: path)
        var members: [(TarEntry, [UInt8])] = []
        while let entry = try reader.next() {
            var content: [UInt8] = []
            try reader.read { content += $0 }
            members.append((entry, content))
        }
        return members
    }

    /// What is said of an archive of these bytes.
    private static func cause(_ bytes: [UInt8]) throws -> String? {
        try TemporaryFolder.with { (folder: String) in
            try Data(bytes).write(to: URL(fileURLWithPath: "\(folder)/x"))
            let error = #expect(throws: WatchmanError.self) { try self.read("\(folder)/x") }
            #expect(error?.code == .configuration)
            return error?.message.replacing("\(folder)/x is not a whole backup: ", with: "")
        }
    }

    /// An archive of two members, as bytes.
    private static func sample() throws -> [UInt8] {
        try TemporaryFolder.with { (folder: String) in
            try TarWriter.create("\(folder)/x") { writer in
                try writer.add(self.entry("one", 3), [1, 2, 3])
                try writer.add(self.entry("two", 512), Array(repeating: 7, count: 512))
            }
            return Array(try Data(contentsOf: URL(fileURLWithPath: "\(folder)/x")))
        }
    }

    @Test func `members come out as they went in`() throws {
        try TemporaryFolder.with { (folder: String) in
            let large = (0..<(3 << 20) + 17).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            try Data(large).write(to: URL(fileURLWithPath: "\(folder)/large"))
            try TarWriter.create("\(folder)/x") { writer in
                try writer.add(Self.entry("empty", 0), [])
                try writer.add(Self.entry("large", large.count), contentOf: "\(folder)/large")
                try writer.add(Self.entry("last", 2), [8, 9])
            }
            let members = try Self.read("\(folder)/x")
            #expect(members.map(\.0.name) == ["empty", "large", "last"])
            #expect(members.map(\.1) == [[], large, [8, 9]])
            #expect(try TemporaryFolder.mode(of: "\(folder)/x") == 0o600)
        }
    }

    @Test func `a member that may be skipped is skipped`() throws {
        try TemporaryFolder.with { (folder: String) in
            try Data(try Self.sample()).write(to: URL(fileURLWithPath: "\(folder)/x"))
            let reader = try TarReader(path: "\(folder)/x")
            let names = [try reader.next()?.name, try reader.next()?.name, try reader.next()?.name]
            #expect(names == ["one", "two", nil])
        }
    }

    @Test func `a content of another size leaves no archive`() throws {
        try TemporaryFolder.with { (folder: String) in
            for size in [2, 4] {
                #expect(throws: WatchmanError.self) {
                    try TarWriter.create("\(folder)/x") { try $0.add(Self.entry("one", size), [1, 2, 3]) }
                }
                let left = try FileManager.default.contentsOfDirectory(atPath: folder)
                #expect(left == [])
            }
        }
    }

    @Test func `an archive that is there already is not overwritten`() throws {
        try TemporaryFolder.with { (folder: String) in
            try Data("mine".utf8).write(to: URL(fileURLWithPath: "\(folder)/x"))
            #expect(throws: WatchmanError.self) { try TarWriter.create("\(folder)/x") { _ in } }
            #expect(try String(contentsOfFile: "\(folder)/x", encoding: .utf8) == "mine")
        }
    }

    @Test func `cut off anywhere it is refused`() throws {
        let whole = try Self.sample()
        for count in stride(from: 0, to: whole.count, by: 128) {
            let cause = try Self.cause(Array(whole.prefix(count)))
            #expect(["it has no end", "it ends inside a member"].contains(cause))
        }
    }

    @Test func `anything behind the end is refused`() throws {
        let whole = try Self.sample()
        for rest in [[0], [1], [UInt8](repeating: 0, count: 512), whole] {
            #expect(try Self.cause(whole + rest) == "it goes on after its end")
        }
        var gap = whole
        gap[whole.count - 1] = 1
        #expect(try Self.cause(gap) == "it goes on after its end")
    }

    @Test func `something between members is refused`() throws {
        var whole = try Self.sample()
        whole[512 + 3] = 1
        #expect(try Self.cause(whole) == "there is something between its members")
    }

    @Test func `a member twice is refused`() throws {
        let whole = try Self.sample()
        #expect(try Self.cause(whole[..<1024] + whole) == "it has two members of one name")
    }

    @Test func `a member larger than the file is refused before it is read`() throws {
        let header = try Self.entry("one", Int(TarEntry.sizeLimit)).encode()
        #expect(try Self.cause(header + Self.sample()) == "it ends inside a member")
    }

    @Test func `what is no file is refused without waiting for it`() throws {
        try TemporaryFolder.with { (folder: String) in
            #expect(mkfifo("\(folder)/pipe", 0o600) == 0)
            for path in ["\(folder)/pipe", folder, "/dev/zero", "\(folder)/none"] {
                let error = #expect(throws: WatchmanError.self) { try TarReader(path: path) }
                #expect(error?.code == .configuration)
                #expect(error?.message.contains(path) == true)
            }
        }
    }

    @Test func `flipped bits are refused or change only a content`() throws {
        let whole = try Self.sample()
        try TemporaryFolder.with { (folder: String) in
            for _ in 0..<500 {
                var copy = whole
                let index = copy.indices.randomElement() ?? 0
                copy[index] ^= 1 << UInt8.random(in: 0...7)
                try Data(copy).write(to: URL(fileURLWithPath: "\(folder)/x"))
                guard let members = try? Self.read("\(folder)/x") else { continue }
                #expect(members.map(\.0.name) == ["one", "two"])
                #expect((512..<515).contains(index) || (1536..<2048).contains(index))
            }
        }
    }
}

import Foundation
import TestSupport
import Testing

@testable import WatchmanSystem

@Suite struct ExecutablesTests {
    @Test func `a program is found in the first folder of the path that has it`() throws {
        try TemporaryFolder.with { (folder: String) in
            for name in ["a", "b"] {
                try WholeFile.makeFolder("\(folder)/\(name)", mode: 0o755)
                try WholeFile.write("", to: "\(folder)/\(name)/wm-tool", mode: 0o755)
            }
            #expect(
                Executables.find("wm-tool", path: "\(folder)/none:\(folder)/b:\(folder)/a") == "\(folder)/b/wm-tool")
            #expect(Executables.find("wm-tool", path: folder) == nil)
            #expect(Executables.find("wm-tool", path: nil) == nil)
        }
    }

    @Test func `what cannot be run is no program`() throws {
        try TemporaryFolder.with { (folder: String) in
            try WholeFile.write("", to: "\(folder)/wm-tool", mode: 0o644)
            #expect(Executables.find("wm-tool", path: folder) == nil)
            #expect(Executables.find("\(folder)/wm-tool") == nil)
        }
    }

    @Test func `a name with a slash is a path and is not looked for`() throws {
        try TemporaryFolder.with { (folder: String) in
            try WholeFile.write("", to: "\(folder)/wm-tool", mode: 0o755)
            #expect(Executables.find("\(folder)/wm-tool", path: "") == "\(folder)/wm-tool")
            #expect(Executables.find("\(folder)/missing", path: folder) == nil)
        }
    }

    @Test func `the system's folders are searched though the path leaves them out`() throws {
        let found = try #require(Executables.find("sh", path: ""))
        #expect(Executables.extraFolders.contains { "\($0)/sh" == found })
    }

    @Test func `the running program is an absolute path`() {
        #expect(Executables.current.utf8.first == UInt8(ascii: "/"))
    }
}

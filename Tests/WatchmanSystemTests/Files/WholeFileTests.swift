import Foundation
import TestSupport
import Testing
import WatchmanCore

@testable import WatchmanSystem

@Suite struct WholeFileTests {
    @Test(arguments: [mode_t(0o600), 0o644, 0o755, 0o640]) func `a new file has exactly the mode asked for`(
        mode: mode_t
    ) throws {
        try TemporaryFolder.with { (folder: String) in
            let path = "\(folder)/file"
            try WholeFile.write("text", to: path, mode: mode)
            #expect(try TemporaryFolder.mode(of: path) == Int(mode))
            #expect(try WholeFile.read(path) == Data("text".utf8))
        }
    }

    @Test func `a file is replaced whole, mode included, and nothing is left beside it`() throws {
        try TemporaryFolder.with { (folder: String) in
            let path = "\(folder)/file"
            try WholeFile.write(String(repeating: "long", count: 100_000), to: path, mode: 0o644)
            let old = try #require(try FileManager.default.attributesOfItem(atPath: path)[.systemFileNumber] as? Int)
            try WholeFile.write([UInt8]([0, 255, 10]), to: path, mode: 0o600)
            #expect(try WholeFile.read(path) == Data([0, 255, 10]))
            #expect(try TemporaryFolder.mode(of: path) == 0o600)
            #expect(try FileManager.default.attributesOfItem(atPath: path)[.systemFileNumber] as? Int != old)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["file"])
        }
    }

    @Test func `an empty content makes an empty file`() throws {
        try TemporaryFolder.with { (folder: String) in
            try WholeFile.write("", to: "\(folder)/file", mode: 0o600)
            #expect(try WholeFile.read("\(folder)/file") == Data())
        }
    }

    @Test func `a file that is not there reads as nothing`() throws {
        try TemporaryFolder.with { (folder: String) in
            for path in ["\(folder)/file", "\(folder)/no/such/folder/file"] {
                let content = try WholeFile.read(path)
                #expect(content == nil)
            }
        }
    }

    @Test func `a place that cannot be written is an error that names the file and the cause`() throws {
        try TemporaryFolder.with { (folder: String) in
            let missing = "\(folder)/missing/file"
            let one = #expect(throws: WatchmanError.self) { try WholeFile.write("", to: missing, mode: 0o600) }
            #expect(one == WatchmanError(.configuration, "cannot write \(missing): no such file or directory"))
            try WholeFile.write("", to: "\(folder)/plain", mode: 0o600)
            let below = "\(folder)/plain/file"
            let other = #expect(throws: WatchmanError.self) { try WholeFile.write("", to: below, mode: 0o600) }
            #expect(other == WatchmanError(.configuration, "cannot write \(below): not a directory"))
        }
    }

    @Test func `a write over a folder fails and leaves nothing beside it`() throws {
        try TemporaryFolder.with { (folder: String) in
            try WholeFile.makeFolder("\(folder)/place/inner", mode: 0o700)
            let error = #expect(throws: WatchmanError.self) {
                try WholeFile.write("x", to: "\(folder)/place", mode: 0o600)
            }
            #expect(error?.message.hasPrefix("cannot write \(folder)/place: ") == true)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["place"])
        }
    }

    @Test func `what cannot be read is an error that names it`() throws {
        try TemporaryFolder.with { (folder: String) in
            let one = #expect(throws: WatchmanError.self) { try WholeFile.read(folder) }
            #expect(one?.message.hasPrefix("cannot read \(folder): ") == true)
            try WholeFile.write("", to: "\(folder)/plain", mode: 0o600)
            let other = #expect(throws: WatchmanError.self) { try WholeFile.read("\(folder)/plain/file") }
            #expect(other?.message == "cannot read \(folder)/plain/file: not a directory")
        }
    }

    @Test func `a symbolic link in the temporary file's place is not followed`() throws {
        try TemporaryFolder.with { (folder: String) in
            let (path, target) = ("\(folder)/file", "\(folder)/target")
            try WholeFile.write("precious", to: target, mode: 0o600)
            try FileManager.default.createSymbolicLink(
                atPath: "\(path).\(getpid()).new", withDestinationPath: target)
            #expect(throws: WatchmanError.self) { try WholeFile.write("x", to: path, mode: 0o600) }
            #expect(try WholeFile.read(target) == Data("precious".utf8))
        }
    }

    @Test func `a folder is made with its parents and has exactly the mode asked for`() throws {
        try TemporaryFolder.with { (folder: String) in
            try WholeFile.makeFolder("\(folder)/a/b", mode: 0o700)
            #expect(try TemporaryFolder.mode(of: "\(folder)/a/b") == 0o700)
            #expect(try TemporaryFolder.mode(of: "\(folder)/a") == 0o755)
            try WholeFile.makeFolder("\(folder)/a/b", mode: 0o750)
            #expect(try TemporaryFolder.mode(of: "\(folder)/a/b") == 0o750)
        }
    }

    @Test func `a file in a folder's place is an error that names it`() throws {
        try TemporaryFolder.with { (folder: String) in
            let path = "\(folder)/plain"
            try WholeFile.write("", to: path, mode: 0o600)
            for place in [path, "\(path)/inner"] {
                let error = #expect(throws: WatchmanError.self) { try WholeFile.makeFolder(place, mode: 0o700) }
                #expect(error?.code == .configuration)
                #expect(error?.message.hasSuffix(" \(place): not a directory") == true)
            }
            #expect(try TemporaryFolder.mode(of: path) == 0o600)
        }
    }
}

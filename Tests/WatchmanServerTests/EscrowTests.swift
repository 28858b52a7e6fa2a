import Foundation
import TestSupport
import Testing
import WatchmanCore

@testable import WatchmanServer

@Suite struct EscrowTests {
    private static let password = Secret("pässword:1")

    private static func withEscrow(_ body: (Escrow, String) throws -> Void) throws {
        try TemporaryFolder.with { (folder: String) in
            try body(try Escrow(StateFolder(path: folder)), folder)
        }
    }

    @Test func `what was sealed opens for its device and version`() throws {
        try Self.withEscrow { escrow, _ in
            let sealed = try escrow.seal(Self.password, as: .rootPassword(device: "abc", version: 3))
            let opened = try escrow.open(sealed, as: .rootPassword(device: "abc", version: 3))
            #expect(opened == Self.password)
            #expect(sealed.range(of: Data("pässword".utf8)) == nil)
            let again = try escrow.seal(Self.password, as: .rootPassword(device: "abc", version: 3))
            #expect(sealed != again, "a nonce is never used twice")
        }
    }

    @Test func `rows cannot be swapped between devices or versions`() throws {
        try Self.withEscrow { escrow, _ in
            let sealed = try escrow.seal(Self.password, as: .rootPassword(device: "abc", version: 3))
            for (device, version) in [("abd", 3), ("abc", 2), ("abc", 33), ("abc|3", 3), ("", 3)] {
                let error = #expect(throws: WatchmanError.self) {
                    try escrow.open(sealed, as: .rootPassword(device: device, version: version))
                }
                #expect(error?.code == .configuration)
                #expect(error?.message == "a sealed secret does not open with this escrow key")
            }
        }
    }

    @Test func `a changed, cut or empty seal does not open`() throws {
        try Self.withEscrow { escrow, _ in
            let sealed = try escrow.seal(Self.password, as: .rootPassword(device: "abc", version: 1))
            for index in sealed.indices {
                var damaged = sealed
                damaged[index] ^= 1
                #expect(throws: WatchmanError.self) {
                    try escrow.open(damaged, as: .rootPassword(device: "abc", version: 1))
                }
            }
            for count in [0, 1, 12, 27, sealed.count - 1] {
                #expect(throws: WatchmanError.self) {
                    try escrow.open(sealed.prefix(count), as: .rootPassword(device: "abc", version: 1))
                }
            }
        }
    }

    @Test func `the key is kept, and another server's key opens nothing`() throws {
        try Self.withEscrow { escrow, folder in
            let sealed = try escrow.seal(Self.password, as: .rootPassword(device: "abc", version: 1))
            let opened = try Escrow(StateFolder(path: folder)).open(
                sealed, as: .rootPassword(device: "abc", version: 1))
            #expect(opened == Self.password)
            let mode = try TemporaryFolder.mode(of: "\(folder)/escrow.key")
            #expect(mode == 0o600)
            try Self.withEscrow { other, _ in
                #expect(throws: WatchmanError.self) {
                    try other.open(sealed, as: .rootPassword(device: "abc", version: 1))
                }
            }
        }
    }

    @Test(arguments: ["", "\n", "AAAA\n", "not base64", String(repeating: "A", count: 44), "\0"])
    func `a key file that holds no key is an error that names it`(content: String) throws {
        try TemporaryFolder.with { (folder: String) in
            try Data(content.utf8).write(to: URL(fileURLWithPath: "\(folder)/escrow.key"))
            let error = #expect(throws: WatchmanError.self) { try Escrow(StateFolder(path: folder)) }
            #expect(error?.code == .configuration)
            #expect(error?.message.contains("\(folder)/escrow.key") == true)
        }
    }
}

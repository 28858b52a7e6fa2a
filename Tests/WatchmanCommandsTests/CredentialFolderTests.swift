import Foundation
import TestSupport
import Testing
import WatchmanCore
import WatchmanSystem

@testable import WatchmanCommands

@Suite struct CredentialFolderTests {
    @Test func `a device's key is made once, for its owner alone`() throws {
        try TemporaryFolder.with { (home: String) in
            let folder = CredentialFolder(context: CommandSamples.context(home))
            let (one, again, other) = (try folder.key("abc"), try folder.key("abc"), try folder.key("abd"))
            #expect(one.publicKey == again.publicKey && one.publicKey != other.publicKey)
            let path = folder.path("abc")
            #expect(path == "\(home)/.cache/watchman/devices/abc")
            let modes = [path, "\(path)/id_ed25519"].map { try? TemporaryFolder.mode(of: $0) }
            #expect(modes == [0o700, 0o600])
        }
    }

    @Test func `a damaged key is made anew: it is worth nothing without a certificate`() throws {
        try TemporaryFolder.with { (home: String) in
            let folder = CredentialFolder(context: CommandSamples.context(home))
            let old = try folder.key("abc").publicKey
            try WholeFile.write("damaged", to: "\(folder.path("abc"))/id_ed25519", mode: 0o600)
            let new = try folder.key("abc").publicKey
            #expect(new != old)
        }
    }

    @Test func `a grant becomes files that ssh reads`() throws {
        try TemporaryFolder.with { (home: String) in
            let folder = CredentialFolder(context: CommandSamples.context(home))
            let grant = try CommandSamples.grant()
            _ = try folder.key(grant.deviceID)
            let configuration = try folder.store(grant, gateway: CommandSamples.hop("tower.example"))
            let path = folder.path(grant.deviceID)
            #expect(configuration == "\(path)/config")
            let hosts = """
                abcdefgh23.watchman \(CommandSamples.line)
                @cert-authority gateway.watchman \(CommandSamples.line)

                """
            let expected = [
                "device-cert.pub": "device certificate\n", "gateway-cert.pub": "gateway certificate\n",
                "known_hosts": hosts,
                "config": try SSHConfiguration.once(grant, gateway: CommandSamples.hop("tower.example"), folder: path),
            ]
            for (name, content) in expected {
                let data = try WholeFile.read("\(path)/\(name)")
                let mode = try TemporaryFolder.mode(of: "\(path)/\(name)")
                #expect(data == Data(content.utf8) && mode == 0o600)
            }
        }
    }

    @Test(arguments: ["../../../x", "", "a/b", "-x", "a\n"])
    func `a server's id that is a path leads nowhere`(id: String) throws {
        try TemporaryFolder.with { (home: String) in
            let folder = CredentialFolder(context: CommandSamples.context(home))
            #expect(throws: WatchmanError.self) { try folder.key(id) }
            #expect(throws: WatchmanError.self) {
                try folder.store(CommandSamples.grant(id: id), gateway: nil)
            }
            let files = try FileManager.default.contentsOfDirectory(atPath: home)
            #expect(files.isEmpty)
        }
    }
}

import Foundation
import TestSupport
import Testing
import WatchmanCore
import WatchmanSystem

@testable import WatchmanAgent

@Suite struct AgentConfigurationTests {
    @Test func `what was written is read again, and the file is for root alone`() throws {
        try TemporaryFolder.with { (folder: String) in
            let site = AgentFixture.site(folder)
            try WholeFile.makeFolder(site.folder, mode: 0o700)
            let configuration = try AgentFixture.configuration(site)
            try configuration.write(site)
            #expect(try AgentConfiguration.read(site) == configuration)
            #expect(try AgentConfiguration.require(site) == configuration)
            #expect(try TemporaryFolder.mode(of: site.configurationFile) == 0o600)
        }
    }

    @Test func `a device without the file is not registered`() throws {
        try TemporaryFolder.with { (folder: String) in
            let site = AgentFixture.site(folder)
            let configuration = try AgentConfiguration.read(site)
            #expect(configuration == nil)
            let error = #expect(throws: WatchmanError.self) { try AgentConfiguration.require(site) }
            #expect(error?.code == .configuration)
            #expect(error?.message == "this device is not registered: there is no \(site.configurationFile)")
        }
    }

    @Test(arguments: ["", "{", "{}", "null", "\0\0\0\0", "{\"server\":\"http://x\"}"])
    func `a damaged file is an error that names it`(content: String) throws {
        try TemporaryFolder.with { (folder: String) in
            let site = AgentFixture.site(folder)
            try WholeFile.makeFolder(site.folder, mode: 0o700)
            try WholeFile.write(content, to: site.configurationFile, mode: 0o600)
            let error = #expect(throws: WatchmanError.self) { try AgentConfiguration.read(site) }
            #expect(error?.code == .configuration)
            #expect(error?.message == "\(site.configurationFile) is damaged")
        }
    }

    @Test func `a file that is cut anywhere is damaged and never half believed`() throws {
        try TemporaryFolder.with { (folder: String) in
            let site = AgentFixture.site(folder)
            try WholeFile.makeFolder(site.folder, mode: 0o700)
            let whole = try WireJSON.encode(AgentFixture.configuration(site))
            for count in stride(from: 0, to: whole.count, by: 97) {
                try Data(whole.prefix(count)).write(to: URL(fileURLWithPath: site.configurationFile))
                #expect(throws: WatchmanError.self) { try AgentConfiguration.read(site) }
            }
        }
    }

    @Test func `the tunnel goes to the server's host unless the gateway has its own`() throws {
        let site = AgentFixture.site("/x")
        let route = try AgentFixture.configuration(site).route(site)
        #expect(
            route
                == TunnelRoute(
                    host: "tower.example", gatewayPort: 2222, user: "wm-edge", port: 20001, localPort: 2022,
                    key: "/x/Secure-Tunnel/id_ed25519", knownHosts: "/x/Secure-Tunnel/known_hosts",
                    dial: AgentConfiguration.dialCommand(site)))
        #expect(try AgentFixture.configuration(site, gatewayHost: "gw.example").route(site).host == "gw.example")
    }

    @Test func `a key that is missing is named`() throws {
        let site = AgentFixture.site("/nonexistent")
        let error = #expect(throws: WatchmanError.self) { try AgentFixture.configuration(site).key() }
        #expect(error?.message == "the key /nonexistent/Secure-Tunnel/id_ed25519 is missing")
    }
}

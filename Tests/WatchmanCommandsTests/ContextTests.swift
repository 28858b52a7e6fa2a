import ArgumentParser
import Foundation
import TestSupport
import Testing
import WatchmanAgent
import WatchmanClient
import WatchmanCore
import WatchmanSystem

@testable import WatchmanCommands

@Suite struct ContextTests {
    @Test func `folders follow the XDG variables if they are absolute`() {
        let plain = CommandSamples.context("/home/ann")
        #expect(plain.configurationFolder == "/home/ann/.config/watchman")
        #expect(plain.cacheFolder == "/home/ann/.cache/watchman")
        let moved = CommandSamples.context("/h", ["XDG_CONFIG_HOME": "/c", "XDG_CACHE_HOME": "/k"])
        #expect(moved.configurationFolder == "/c/watchman" && moved.cacheFolder == "/k/watchman")
        let relative = CommandSamples.context("/h", ["XDG_CONFIG_HOME": "c", "XDG_CACHE_HOME": ""])
        #expect(relative.configurationFolder == "/h/.config/watchman" && relative.cacheFolder == "/h/.cache/watchman")
    }

    @Test func `a socket on the command line wins over one in the environment`() throws {
        let context = CommandSamples.context("/h", ["WATCHMAN_SOCKET": "/env.sock"])
        let list = try #require(
            try Watchman.parseAsRoot(["devices", "--socket", "/arg.sock"]) as? Watchman.DevicesList)
        #expect(try list.server.resolve(context).0 == .socket("/arg.sock"))
        let plain = try #require(try Watchman.parseAsRoot(["devices"]) as? Watchman.DevicesList)
        #expect(try plain.server.resolve(context).0 == .socket("/env.sock"))
    }

    @Test func `a login is kept for its owner alone and read again`() throws {
        try TemporaryFolder.with { (home: String) in
            let context = CommandSamples.context(home)
            let none = try Login.read(context)
            #expect(none == nil)
            try Login(server: ServerURL("https://tower"), authority: "PEM", key: Secret("wmk1.x")).write(context)
            let login = try #require(try Login.read(context))
            #expect(login.server.text == "https://tower:8443" && login.authority == "PEM")
            #expect(login.key.revealed == "wmk1.x")
            let modes = [Login.file(context), context.configurationFolder].map { try? TemporaryFolder.mode(of: $0) }
            #expect(modes == [0o600, 0o700])
        }
    }

    @Test func `a damaged login is an error that names the file`() throws {
        try TemporaryFolder.with { (home: String) in
            let context = CommandSamples.context(home)
            try WholeFile.makeFolder(context.configurationFolder, mode: 0o700)
            try WholeFile.write("{", to: Login.file(context), mode: 0o600)
            let error = #expect(throws: WatchmanError.self) { try Login.read(context) }
            #expect(
                error
                    == WatchmanError(
                        .configuration, "\(home)/.config/watchman/login.json is damaged", hint: "watchman admin login"))
        }
    }

    @Test func `an agent elsewhere keeps out of the way of the machine's own`() throws {
        let own = try #require(try Watchman.parseAsRoot(["agent", "run"]) as? Watchman.AgentRun)
        #expect(own.site.site.runtimeFolder == "/run/watchman-agent")
        let other = try #require(
            try Watchman.parseAsRoot(["agent", "run", "--folder", "/srv/a"]) as? Watchman.AgentRun)
        #expect(other.site.site.folder == "/srv/a" && other.site.site.runtimeFolder == "/srv/a/run")
        #expect(try Watchman.parseAsRoot(["agent"]) is Watchman.AgentRun)
    }
}

import Foundation
import Logging
import ServiceLifecycle
import WatchmanAgent
import WatchmanClient
import WatchmanCore
import WatchmanServer
import WatchmanSystem

/// The demo's story: a token, a device that enrols with it, its agent, and an admin's command on it.
struct DemoVisit: Service {
    let context: Context
    let settings: ServerSettings
    let site: EdgeSite
    let once: Bool
    let logger: Logger

    func run() async throws {
        do {
            try await cancelWhenGracefulShutdown { try await self.play() }
        } catch {
            // What a shutdown cuts off is no failure.
            guard Task.isShuttingDownGracefully else { throw error }
        }
    }

    private func play() async throws {
        try await self.waitForServer()
        try await self.enrol()
        let agent = try WatchmanAgent.Agent(
            site: self.site, processes: self.context.processes, notifier: ServiceNotifier(environment: [:]),
            logger: self.logger)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for service in agent.services { group.addTask { try await service.run() } }
            try await self.prove()
            if self.once {
                group.cancelAll()
            } else {
                try await self.instruct()
            }
            do { try await group.waitForAll() } catch is CancellationError { return }
        }
    }

    private var socket: ServerAddress { .socket(self.settings.socket) }

    private func waitForServer() async throws {
        let end = ContinuousClock.now + .seconds(10)
        while true {
            do {
                let _: ServerIdentity = try await APIClient.with(self.socket) { try await $0.get("/api/v1/identity") }
                let url = try ServerURL("https://127.0.0.1:\(self.settings.port)")
                Terminal.say("watchman: server is up at \(url.text)")
                return
            } catch let error as WatchmanError where error.code == .unavailable && ContinuousClock.now < end {
                try await Task.sleep(for: .milliseconds(50))
            }
        }
    }

    private func enrol() async throws {
        let request = JoinTokenRequest(lifetime: 600, uses: 1, tags: ["demo"])
        let new: NewJoinToken = try await APIClient.with(self.socket) { try await $0.post("/api/v1/tokens", request) }
        Terminal.say("watchman: join token \(new.summary.id) made")
        let wishes = Enroller.Wishes(
            server: try ServerURL("https://127.0.0.1:\(self.settings.port)"), name: nil, keyType: .ed25519,
            escrowsRootPassword: false)
        let enroller = Enroller(site: self.site, processes: self.context.processes) { Terminal.say("watchman: \($0)") }
        _ = try await enroller.enrol(wishes) { try Credential(new.token.revealed, kind: .join) }
    }

    /// Runs the real command as a person would, and shows it.
    private func prove() async throws {
        let end = ContinuousClock.now + .seconds(20)
        while try await self.state() != .online {
            guard ContinuousClock.now < end else {
                let reason = try WatchmanAgent.AgentStatus.read(self.site)?.reason ?? "no reason known"
                throw WatchmanError(.unavailable, "the demo device's tunnel does not come up: \(reason)")
            }
            try await Task.sleep(for: .milliseconds(100))
        }
        let arguments = ["connect", "--socket", self.settings.socket, DemoDevice.name, "--", "uname", "-a"]
        Terminal.say("watchman: \(DemoDevice.name) is online\n\n$ watchman connect \(DemoDevice.name) -- uname -a")
        let result = try await self.context.processes.check(
            Command(Executables.current, arguments, environment: self.cache))
        Terminal.data(result.output.trimmingCharacters(in: .newlines))
    }

    private var cache: [String: String] { ["XDG_CACHE_HOME": "\(self.site.folder)/cache"] }

    private func state() async throws -> DeviceState {
        try await APIClient.with(self.socket) { try await $0.devices() }.first?.state ?? .offline
    }

    private func instruct() async throws {
        let request = UserRequest(name: "demo", role: .admin)
        let link: SignInLink = try await APIClient.with(self.socket) { try await $0.post("/api/v1/users", request) }
        Terminal.say(
            """

            The demo runs until Ctrl-C; then nothing of it is left. In another terminal, as root:

              export WATCHMAN_SOCKET=\(self.settings.socket)
              \(Executables.current) devices
              \(Executables.current) devices show \(DemoDevice.name)
              \(Executables.current) connect \(DemoDevice.name)

            The dashboard, for the user demo, who chooses a password there. The browser asks about the certificate.

              \(link.server)\(link.path.revealed)
              fingerprint \(link.fingerprint)

            """)
    }
}

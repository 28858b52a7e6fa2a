import Glibc
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import ServiceLifecycle
import WatchmanStore
import WatchmanSystem

extension Server {
    /// What is measured. The files that the process may open bound the connections.
    static func instruments(
        _ settings: ServerSettings, _ store: Store, _ jobs: JobCounts, _ logins: LoginCounts, _ logger: Logger
    ) -> Instruments {
        let limits = settings.limits
        let most = min(limits.connections, OwnProcess.raiseFileLimit() / 2)
        return Instruments(
            requests: RequestMetrics(),
            connections: Connections(limit: most, perSource: min(limits.connectionsPerSource, max(most / 4, 1))),
            readiness: Readiness(Readiness.checks(store, settings), logger: logger), jobs: jobs, logins: logins,
            databaseFile: "\(settings.stateFolder)/watchman.db")
    }

    /// The API on the Unix socket, for root and the admins' group.
    static func localAPI(
        _ settings: ServerSettings, _ endpoints: [Endpoint], _ store: Store, _ instruments: Instruments,
        _ denials: Denials, _ logger: Logger
    ) -> some Service {
        let path = settings.socket
        let group = Accounts.group(settings.adminGroup) ?? getegid()
        let router = API.router(
            endpoints, authenticator: Authenticator(store: store, transport: .local), logger: logger,
            metrics: instruments.requests, denials: denials)
        return Application(
            router: router, server: .http1(configuration: self.http(settings.limits)),
            configuration: .init(address: .unixDomainSocket(path: path)),
            onServerRunning: { _ in LocalSocket.protect(path, group: group) }, logger: logger.quieter)
    }

    /// The API and the dashboard on the HTTPS port.
    static func remoteAPI(
        _ settings: ServerSettings, _ endpoints: [Endpoint], _ fleet: Fleet, _ signIn: SignIn, _ tls: TLSIdentity,
        _ instruments: Instruments, _ denials: Denials, _ logger: Logger
    ) throws -> some Service {
        let templates = try Templates()
        let dashboard = Dashboard(signIn: signIn, templates: templates, logger: logger)
        let router = API.router(
            endpoints, authenticator: Authenticator(store: fleet.store, transport: .remote), logger: logger,
            metrics: instruments.requests, denials: denials
        ) { dashboard.add(Dashboard.pages(fleet, settings.gateway, signIn, templates), to: $0) }
        let (limits, configuration) = (settings.limits, try tls.serverConfiguration())
        let tunnels = TunnelDoor(settings.gateway, limits, files: OwnProcess.raiseFileLimit())
        return Application(
            router: router,
            server: HTTPServerBuilder {
                try PublicChannel(
                    HTTP1Channel(responder: $0, configuration: self.http(limits)), tls: configuration, limits: limits,
                    connections: instruments.connections, tunnels: tunnels)
            },
            configuration: .init(address: .hostname(settings.address, port: settings.port)), logger: logger.quieter)
    }

    private static func http(_ limits: HTTPLimits) -> HTTP1Channel.Configuration {
        .init(
            additionalChannelHandlers: [ConnectionGuard(limits)], idleTimeout: .seconds(Int64(limits.idle)),
            httpDecoderConfiguration: .init(
                maxHeaderFieldSize: limits.headBytes, maxHeaderListSize: limits.headBytes,
                maxHeaderFieldCount: limits.headFields))
    }
}

extension Logger {
    /// Hummingbird logs every start, and at the end what its own shutdown met; ours says it better.
    fileprivate var quieter: Logger {
        var copy = self
        copy.logLevel = .critical
        return copy
    }
}

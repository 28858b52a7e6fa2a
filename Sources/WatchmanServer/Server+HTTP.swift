import Glibc
import Hummingbird
import HummingbirdTLS
import Logging
import ServiceLifecycle
import WatchmanStore
import WatchmanSystem

extension Server {
    /// The API on the Unix socket, for root and the admins' group.
    static func localAPI(
        _ settings: ServerSettings, _ endpoints: [Endpoint], _ store: Store, _ metrics: RequestMetrics, _ logger: Logger
    ) -> some Service {
        let path = settings.socket
        let group = Accounts.group(settings.adminGroup) ?? getegid()
        let router = API.router(
            endpoints, authenticator: Authenticator(store: store, transport: .local), logger: logger, metrics: metrics)
        return Application(
            router: router, configuration: .init(address: .unixDomainSocket(path: path)),
            onServerRunning: { _ in LocalSocket.protect(path, group: group) }, logger: logger.quieter)
    }

    /// The API and the dashboard on the HTTPS port.
    static func remoteAPI(
        _ settings: ServerSettings, _ endpoints: [Endpoint], _ fleet: Fleet, _ signIn: SignIn, _ tls: TLSIdentity,
        _ metrics: RequestMetrics, _ logger: Logger
    ) throws -> some Service {
        let templates = try Templates()
        let dashboard = Dashboard(signIn: signIn, templates: templates, logger: logger)
        let router = API.router(
            endpoints, authenticator: Authenticator(store: fleet.store, transport: .remote), logger: logger,
            metrics: metrics
        ) { dashboard.add(Dashboard.pages(fleet, settings.gateway, signIn, templates), to: $0) }
        return Application(
            router: router,
            server: try .tls(
                .http1(configuration: .init(idleTimeout: .seconds(60))), tlsConfiguration: tls.serverConfiguration()),
            configuration: .init(address: .hostname(settings.address, port: settings.port)), logger: logger.quieter)
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

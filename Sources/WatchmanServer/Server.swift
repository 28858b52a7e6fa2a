import Foundation
import Glibc
import Hummingbird
public import Logging
public import ServiceLifecycle
public import WatchmanCore
public import WatchmanGateway
import WatchmanStore
public import WatchmanSystem

/// What `serve` needs to know.
public struct ServerSettings: Sendable {
    /// Folder of the server's state, absolute.
    public var stateFolder: String
    /// Address of the HTTPS port.
    public var address: String
    /// The HTTPS port.
    public var port: Int
    /// Path of the Unix socket for local admins.
    public var socket: String
    /// Group whose members are local admins.
    public var adminGroup: String
    /// Host name by which devices and admins reach this server, or nil for the name they used.
    public var host: String?
    /// The gateway.
    public var gateway: GatewaySettings
    /// The backups.
    public var backups: BackupSettings
    /// When root passwords are replaced.
    public var passwords = PasswordPolicy()
    /// Whether everyone who signs in with a password must have one-time codes, too.
    public var requiresSecondFactor = false
    /// What the HTTP ports bear.
    public var limits = HTTPLimits()
    /// The OpenID Connect provider at which people may sign in, or nil.
    public var provider: ProviderSettings?
    /// Seconds that the key of a login by browser lives.
    public var loginLifetime = 12 * 3600

    /// Creates settings.
    public init(
        stateFolder: String, address: String, port: Int, socket: String, adminGroup: String, host: String?,
        gateway: GatewaySettings, backups: BackupSettings
    ) {
        self.stateFolder = stateFolder
        self.address = address
        self.port = port
        self.socket = socket
        self.adminGroup = adminGroup
        self.host = host
        self.gateway = gateway
        self.backups = backups
    }
}

/// The composition root of `serve`: opens the state, prepares the gateway, and gives the services that run until they are asked to stop.
public struct Server: Sendable {
    /// The services in the order in which they depend on each other.
    public let services: [any Service]

    /// Prepares everything; when it returns, sshd runs and the services can be started.
    ///
    /// - Throws: `WatchmanError` (`configuration`) that names what is wrong with this machine.
    public init(
        _ settings: ServerSettings, processes: any ProcessRunner, notifier: ServiceNotifier, logger: Logger
    ) async throws {
        var settings = settings
        settings.gateway.holdsSession = Accounts.hasShell(settings.gateway.edgeUser)
        // First of all, so that a second server neither opens the database nor starts an sshd.
        try LocalSocket.clear(settings.socket)
        let folder = try StateFolder(path: settings.stateFolder)
        let tls = try TLSIdentity(folder)
        let authorities = try Authorities(folder)
        let escrow = try Escrow(folder, path: settings.backups.escrowKey)
        let gatewayIdentity = try authorities.gatewayIdentity(folder)
        let store = try folder.openStore()
        try escrow.settle(store, now: Date())
        try await store.planRotations(settings.passwords, now: Date())
        try await Self.followRestore(folder, store)
        let row = Gateway(
            id: "main", host: settings.host, port: settings.gateway.port, firstPort: settings.gateway.firstPort,
            lastPort: settings.gateway.lastPort)
        try await store.configure(row)
        let lookup = try Self.openLookup(settings.gateway)
        let changes = Changes()
        let presence = Presence(range: row.firstPort...row.lastPort) { up, down in
            await Self.record(row.id, up, down, store, changes, logger)
        }
        let backups = Backups(
            maker: BackupMaker(
                settings: settings.backups, stateFolder: settings.stateFolder, pin: tls.pin, store: store),
            changes: changes)
        let fleet = Fleet(
            store: store, gateway: row, gatewayUsers: (settings.gateway.edgeUser, settings.gateway.jumpUser),
            otherPorts: settings.gateway.otherPorts, lookup: lookup, presence: presence, changes: changes,
            backups: backups, authorities: authorities,
            escrow: escrow, program: Download(), pin: tls.pin, keyPin: tls.keyPin, url: Self.url(settings),
            fingerprint: tls.fingerprint, holdsSession: settings.gateway.holdsSession, passwords: settings.passwords,
            logins: CommandLineLogins(keyLifetime: settings.loginLifetime), issuer: settings.provider?.issuer)
        try await fleet.synchronizeGateway()
        let daemon = GatewayDaemon(settings: settings.gateway, processes: processes, logger: logger)
        try await daemon.prepare(identity: gatewayIdentity)
        let runner = JobRunner(
            fleet: fleet, processes: processes, builtIns: BuiltInJob.all(store, backups), folder: "\(folder.path)/jobs",
            logger: logger)
        let scheduler = try await Scheduler(fleet: fleet, runner: runner, logger: logger, now: Date())
        let logins = LoginCounts()
        let instruments = Self.instruments(settings, store, runner.counts, logins, logger)
        let endpoints = API.endpoints(fleet, authority: tls.authority, instruments: instruments)
        let signIn = SignIn(
            store: store, passwords: try PasswordWorker(), escrow: escrow,
            requiresSecondFactor: settings.requiresSecondFactor,
            provider: settings.provider.map { Provider($0, logger: logger) })
        let denials = Denials(store: store, logger: logger)
        self.services = [
            daemon, presence, Self.health(presence, row.id, store, changes, logger),
            SilentTunnels(settings: settings.gateway, presence: presence, logger: logger) {
                try? await store.profiles(gateway: row.id, ports: $0)
            },
            Displacement(settings: settings.gateway, lookup: lookup, presence: presence, logger: logger), scheduler,
            try await Self.gatewayLog(settings.gateway, row.id, store, logins, logger),
            EntranceService(entrances: fleet.entrances, logger: logger), AuditJournal(store: store, logger: logger),
            denials, Self.localAPI(settings, endpoints, store, instruments, denials, logger),
            try Self.remoteAPI(settings, endpoints, fleet, signIn, tls, instruments, denials, logger),
            ReadyService(notifier: notifier),
        ]
    }

    /// Where people reach the dashboard: the configured host, or else what this machine calls itself.
    private static func url(_ settings: ServerSettings) -> String {
        let host = settings.host ?? HostFacts.hostname
        return "https://\(host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : host):\(settings.port)"
    }

    /// The lookup runs as another user: its folder lets that user's group in, and nobody else.
    private static func openLookup(_ settings: GatewaySettings) throws -> GatewayDatabase {
        guard let reader = Accounts.user(settings.keysUser) else {
            throw WatchmanError(
                .configuration, "the user \(settings.keysUser) does not exist on this machine",
                hint: "sudo ./install.sh --server")
        }
        try WholeFile.makeFolder(settings.folder, mode: 0o750, owner: (geteuid(), reader.gid))
        return try GatewayDatabase(path: settings.databaseFile, readers: reader.gid)
    }

    /// Since a backup was made devices may have set passwords that it does not know: after a restore each sets a new one.
    private static func followRestore(_ folder: StateFolder, _ store: Store) async throws {
        let note = "\(folder.path)/\(RestoredState.note)"
        guard access(note, F_OK) == 0 else { return }
        _ = try await store.rotatePasswords(try DeviceSelector("all"), actor: "server", now: Date())
        unlink(note)
    }

    /// What the gateway's sshd logs, from where the process before this one left off.
    private static func gatewayLog(
        _ settings: GatewaySettings, _ gateway: String, _ store: Store, _ logins: LoginCounts, _ logger: Logger
    ) async throws -> GatewayLog {
        let place = LogTail.Place(try await store.setting(Store.logPlace(gateway: gateway)))
        return GatewayLog(settings: settings, from: place) { news, place in
            do {
                try await store.record(news.logins, gateway: gateway, logPlace: place.text, now: Date())
                logins.add(accepted: news.logins.count, refused: news.refused)
                return true
            } catch is CancellationError {
                return false
            } catch {
                logger.error("logins at the gateway are not recorded", metadata: ["cause": "\(error)"])
                return false
            }
        }
    }

    private static func health(
        _ presence: Presence, _ gateway: String, _ store: Store, _ changes: Changes, _ logger: Logger
    ) -> Health {
        Health(presence: presence) { answering, silent in
            do {
                let news = try await store.record(gateway: gateway, answering: answering, silent: silent)
                for device in news { changes.post(.device(device)) }
            } catch {
                logger.error("the health of tunnels is not recorded", metadata: ["cause": "\(error)"])
            }
        }
    }

    private static func record(
        _ gateway: String, _ up: Set<Int>, _ down: Set<Int>, _ store: Store, _ changes: Changes, _ logger: Logger
    ) async -> Bool {
        do {
            let news = try await store.record(gateway: gateway, up: up, down: down, now: Date())
            for change in news {
                changes.post(.tunnel(device: change.device, isUp: change.isUp))
                logger.info("tunnel \(change.isUp ? "up" : "down")", metadata: ["device": "\(change.device)"])
            }
            return true
        } catch is CancellationError {
            // The server stops; its successor looks at the ports anew.
            return false
        } catch {
            logger.error("tunnel events are not recorded", metadata: ["cause": "\(error)"])
            return false
        }
    }
}

import WatchmanCore
import WatchmanGateway
import WatchmanStore

/// The page about the gateway.
struct GatewayView: Sendable {
    struct Tile: Sendable {
        let title: String
        let figure: String
        let detail: String
    }

    let layout: Layout
    let subtitle: String
    let tiles: [Tile]
    let ports: Ports
    let facts: [Fact]
    /// Who is on a device, or nil for those who may not know.
    let admins: Admins?

    init(
        _ settings: GatewaySettings, gateway: Gateway, host: String, ports: Ports, tunnels: Int, use: SSHDUse?,
        hostAuthority: String, connections: [ConnectionSummary]?, _ visit: Visit
    ) {
        self.admins = connections.map { Admins($0, visit) }
        self.layout = Layout("Gateway", .gateway, visit)
        self.subtitle = "\(gateway.id), at \(host) port \(gateway.port)"
        self.ports = ports
        self.tiles = [
            Tile(
                title: "Tunnels up", figure: Words.count(tunnels), detail: "of \(Words.count(ports.leased, "device"))"),
            Tile(
                title: "Ports in use", figure: Words.percent(Double(ports.leased) / Double(ports.all)),
                detail: "\(Words.count(ports.leased)) of \(Words.count(ports.all))"),
            Tile(
                title: "Memory of sshd", figure: use.map { Words.bytes($0.memory) } ?? "–",
                detail: use.map { $0.processes == 1 ? "one process" : Words.count($0.processes) + " processes" }
                    ?? "sshd does not run"),
        ]
        self.facts = [
            Fact("Host", host, isCode: true),
            Fact("Listens on", "\(settings.address) port \(settings.port)", isCode: true),
            Fact("Process", use.map { "\($0.pid)" } ?? "does not run", isCode: use != nil),
            Fact("Devices log in as", settings.edgeUser, isCode: true),
            Fact("Admins log in as", settings.jumpUser, isCode: true),
            Fact("Host CA", hostAuthority, isCode: true),
        ]
    }
}

extension GatewayView {
    /// Admins' open connections.
    struct Admins: Sendable {
        struct Row: Sendable {
            let device: String
            /// The device's page, or nil if it was removed.
            let path: String?
            let actor: String
            let source: String
            let since: Moment
        }

        struct List: Sendable { let rows: [Row] }

        let list: List?

        init(_ connections: [ConnectionSummary], _ visit: Visit) {
            let rows = connections.map { row in
                Row(
                    device: row.deviceName ?? row.deviceID,
                    path: row.deviceName == nil ? nil : "/devices/\(PercentEncoding.encode(row.deviceID))",
                    actor: row.actor, source: row.source, since: Moment(row.startedAt, now: visit.now))
            }
            self.list = rows.isEmpty ? nil : List(rows: rows)
        }
    }

    /// The range of device ports, with a bar of 1000 parts.
    struct Ports: Sendable {
        struct Part: Sendable {
            let kind: String
            let x: Int
            let width: Int
        }

        let leased: Int
        let all: Int
        let range: String
        let summary: String
        let parts: [Part]
        let facts: [Fact]

        init(_ settings: GatewaySettings, leased: Int, resting: Int) {
            self.leased = leased
            self.all = settings.lastPort - settings.firstPort + 1
            let free = max(0, self.all - leased - resting)
            self.range = "\(settings.firstPort) to \(settings.lastPort)"
            self.summary = "\(leased) of \(self.all) ports in use, \(resting) at rest"
            // What is there is seen, however little it is.
            let width: (Int) -> Int = { [all = self.all] in $0 == 0 ? 0 : max(4, $0 * 1000 / all) }
            self.parts = [
                Part(kind: "busy", x: 0, width: width(leased)),
                Part(kind: "warn", x: width(leased), width: width(resting)),
            ]
            self.facts = [
                Fact("In use", Words.count(leased)), Fact("At rest", "\(Words.count(resting)), free after a day"),
                Fact("Free", Words.count(free)),
            ]
        }
    }
}

import Foundation
import WatchmanCore
import WatchmanStore

/// The page about one device.
struct DeviceView: Sendable {
    struct Tag: Sendable {
        let tag: String
        let path: String
    }

    struct Command: Sendable {
        let title: String
        let line: String
    }

    struct Event: Sendable {
        let mark: Mark
        let text: String
        let at: Moment
    }

    struct Events: Sendable { let rows: [Event] }

    struct Span: Sendable {
        let label: String
        let path: String
        let isCurrent: Bool
    }

    static let eventLimit = 20

    let layout: Layout
    let note: Note?
    let name: String
    /// The address that its forms begin with.
    let devicePath: String
    let mark: Mark
    let standing: String
    let tags: [Tag]
    let commands: [Command]
    let facts: [Fact]
    let events: Events?
    let uptime: UptimeBars
    let spans: [Span]
    let vitals: DeviceCharts?
    let password: PasswordPanel?
    let deviceID: String
    /// The older device that it may be, set up anew.
    let twin: EnrolView.Twin?
    let hostKeys: IdentityView.HostKeys?
    let machines: IdentityView.Machines?
    let canChange: Bool
    let canRemove: Bool

    init(
        _ device: DeviceDetail, events: [TunnelEvent], uptime: [UptimeDay], points: [MetricPoint], span: ChartSpan,
        error: WatchmanError?, _ visit: Visit
    ) {
        let summary = device.summary
        self.layout = Layout(summary.name, .devices, visit)
        self.note = error.map(Note.init)
        self.name = summary.name
        self.devicePath = "/devices/\(summary.id)"
        self.mark = Mark(summary)
        self.standing = summary.reason ?? Self.standing(events, visit.now)
        self.tags = summary.tags.map { Tag(tag: $0, path: PagePath.query("/devices", [("tag", $0)])) }
        self.commands = Self.commands(summary.name)
        self.facts = Self.facts(device, visit.now)
        self.events = Self.events(events, visit.now)
        self.uptime = UptimeBars(uptime.map(\.fraction), today: visit.now)
        self.spans = ChartSpan.allCases.map {
            Span(label: $0.label, path: "/devices/\(summary.id)?span=\($0.rawValue)", isCurrent: $0 == span)
        }
        self.vitals = DeviceCharts(points, span, now: visit.now)
        self.password = PasswordPanel(device.rootPassword, visit)
        self.deviceID = summary.id
        self.twin = device.resembles.map { EnrolView.Twin($0, replacePath: "/devices/\($0.id)/replace") }
        self.hostKeys = IdentityView.HostKeys(device)
        self.machines = IdentityView.Machines(device, now: visit.now)
        self.canChange = visit.may(.operator)
        self.canRemove = visit.may(.admin)
    }

    private static func standing(_ events: [TunnelEvent], _ now: Date) -> String {
        guard let last = events.first, last.isUp else { return "tunnel up" }
        return "tunnel up for \(ElapsedTime.words(now.timeIntervalSince(last.at)))"
    }

    private static func commands(_ name: String) -> [Command] {
        [
            Command(title: "A shell", line: "watchman connect \(name)"),
            Command(title: "One command", line: "watchman connect \(name) -- uptime"),
            Command(title: "For plain ssh, once", line: "watchman devices ssh-config > ~/.ssh/watchman.conf"),
            Command(title: "Plain ssh", line: "ssh -F ~/.ssh/watchman.conf \(name).wm"),
            Command(title: "Copy a file", line: "scp -F ~/.ssh/watchman.conf FILE \(name).wm:/tmp/"),
        ]
    }

    private static func events(_ events: [TunnelEvent], _ now: Date) -> Events? {
        guard !events.isEmpty else { return nil }
        let rows = events.enumerated().prefix(self.eventLimit).map { index, event in
            let before = index + 1 < events.count ? events[index + 1] : nil
            let length = before.map { ElapsedTime.words(event.at.timeIntervalSince($0.at)) }
            let text =
                length.map { event.isUp ? "after \($0) without a tunnel" : "after \($0)" } ?? "for the first time"
            return Event(
                mark: event.isUp ? Mark(.ok, "up") : Mark(.bad, "down"), text: text, at: Moment(event.at, now: now))
        }
        return Events(rows: rows)
    }

    private static func facts(_ device: DeviceDetail, _ now: Date) -> [Fact] {
        let facts = device.facts
        var result = [
            Fact("ID", device.summary.id, isCode: true),
            Fact("Port", "\(device.summary.port) on \(device.summary.gateway)", isCode: true),
            Fact("Last seen", device.summary.lastSeen.map { Moment($0, now: now).words } ?? "never"),
            Fact("Host name", facts.hostname, isCode: true), Fact("System", facts.system),
            Fact("Kernel", "\(facts.kernel), \(facts.architecture)"), Fact("Agent", facts.agentVersion),
        ]
        result += [("ssh", facts.ssh), ("sshd", facts.sshd)].compactMap { name, text in text.map { Fact(name, $0) } }
        if let vitals = device.vitals {
            result += [
                Fact("Running for", ElapsedTime.words(vitals.uptime)),
                Fact("Memory", self.part(vitals.memoryTotal - vitals.memoryAvailable, of: vitals.memoryTotal)),
                Fact("Disk", self.part(vitals.diskTotal - vitals.diskFree, of: vitals.diskTotal)),
                Fact("Idle traffic", vitals.idleTraffic.map { "\(Words.bytes($0)) a day" } ?? "not measured yet"),
                Fact("Addresses", vitals.addresses.joined(separator: ", "), isCode: true),
                Fact("Clock", Words.clock(skew: device.clockSkew)),
            ]
        }
        return result + [
            Fact("Way", device.way?.rawValue ?? "unknown"), Fact("Profile", device.profile ?? "unknown"),
            Fact("Logins", (device.logins ?? ["root"]).joined(separator: ", "), isCode: true),
            Fact("Root password", device.rootPassword?.words(now: now) ?? "left alone"),
            Fact("Tunnel key", device.keyFingerprint, isCode: true),
            Fact("Enrolled", Words.exact(device.createdAt)),
        ]
    }

    private static func part(_ used: Int64, of total: Int64) -> String {
        guard total > 0 else { return "unknown" }
        return "\(Words.bytes(max(0, used))) of \(Words.bytes(total))"
    }
}

import Foundation
import WatchmanCore
import WatchmanStore

/// The first page.
struct FleetView: Sendable {
    struct Tile: Sendable {
        let path: String
        let mark: Mark
        let count: String
        let detail: String
    }

    struct Concern: Sendable {
        let mark: Mark
        let path: String
        let name: String
        let reason: String
        let when: String
    }

    struct Concerns: Sendable {
        let rows: [Concern]
        let more: String?
    }

    struct Event: Sendable {
        let mark: Mark
        let path: String
        let name: String
        let at: Moment
    }

    struct Events: Sendable { let rows: [Event] }

    /// What there is to see once a device is enrolled.
    struct Overview: Sendable {
        let tiles: [Tile]
        let trend: LineChart?
        let concernCount: String
        let concerns: Concerns?
        let events: Events?
    }

    /// Five-minute slots of the chart.
    static let slots = 288

    let layout: Layout
    let subtitle: String
    let canEnrol: Bool
    /// Who waits for approval, for those who can give it.
    let waiting: String?
    let overview: Overview?

    init(
        host: String, port: Int, states: Store.FleetStates, concerns: Store.Concerns, events: [Store.FleetEvent],
        samples: [FleetSample], applicants: Int, _ visit: Visit
    ) {
        let devices = states.total == 0 ? "No devices" : Words.count(states.total, "device")
        let count =
            concerns.counts.identities + states.offline + concerns.counts.disks + concerns.counts.clocks
        self.layout = Layout("Fleet", .fleet, visit)
        self.subtitle = "\(devices) on gateway \(host) port \(port)"
        self.canEnrol = visit.may(.operator)
        self.waiting =
            applicants > 0 && self.canEnrol
            ? "\(Words.count(applicants, "device")) wait\(applicants == 1 ? "s" : "") for approval" : nil
        self.overview =
            states.total == 0
            ? nil
            : Overview(
                tiles: Self.tiles(states, concerns, visit.now), trend: Self.trend(samples, states, visit.now),
                concernCount: count == 0 ? "nothing" : Words.count(count, "thing"),
                concerns: Self.concerns(concerns, states, visit.now), events: Self.events(events, visit.now))
    }

    private static func tiles(_ states: Store.FleetStates, _ concerns: Store.Concerns, _ now: Date) -> [Tile] {
        let longest = concerns.offline.first.map { "the longest for \(Self.absence($0, now))" }
        return [
            Tile(
                path: "/devices?state=online", mark: Mark(.ok, "online"), count: Words.count(states.online),
                detail: "\(Words.percent(Double(states.online) / Double(states.total))) of the fleet"),
            Tile(
                path: "/devices?state=offline", mark: Mark(.bad, "offline"), count: Words.count(states.offline),
                detail: states.offline == 0 ? "none" : longest ?? ""),
            // Devices that were never seen come first in this order.
            Tile(
                path: "/devices?state=offline&sort=last-seen&reverse=true", mark: Mark(.idle, "never connected"),
                count: Words.count(states.never), detail: states.never == 0 ? "none" : "enrolled, not heard of yet"),
        ]
    }

    private static func absence(_ concern: Store.Concern, _ now: Date) -> String {
        ElapsedTime.words(now.timeIntervalSince(concern.changedAt ?? concern.lastSeen ?? now))
    }

    private static func trend(_ samples: [FleetSample], _ states: Store.FleetStates, _ now: Date) -> LineChart? {
        guard !samples.isEmpty else { return nil }
        let last = TimeSlot.slot(now)
        var series = [Double?](repeating: nil, count: Self.slots)
        for sample in samples where (last - Self.slots + 1...last).contains(sample.slot) {
            series[sample.slot - last + Self.slots - 1] = Double(sample.online)
        }
        let most = max(samples.map(\.total).max() ?? 0, states.total)
        return LineChart(
            "Devices online", series, step: TimeSlot.slotSeconds, end: TimeSlot.start(last, of: TimeSlot.slotSeconds),
            limit: LineChart.evenScale(above: most), ticks: LineChart.dayTicks, span: "last 24 hours", isTall: true)
    }

    private static func concerns(
        _ concerns: Store.Concerns, _ states: Store.FleetStates, _ now: Date
    ) -> Concerns? {
        let row: (Store.Concern, Mark, String, String) -> Concern = { concern, mark, reason, when in
            Concern(mark: mark, path: "/devices/\(concern.id)", name: concern.name, reason: reason, when: when)
        }
        let identities =
            concerns.hostKeys.map { row($0, Mark(.bad, "host keys"), Fleet.hostKeyReason, "") }
            + concerns.duplicates.map { row($0, Mark(.bad, "duplicate"), Fleet.duplicateReason, "") }
        let offline = concerns.offline.map {
            row(
                $0, Mark(.bad, "offline"), Trouble.absence(Trouble.Signs($0), now: now).words, Self.absence($0, now))
        }
        let disks = concerns.disks.map {
            let total = max(1, $0.vitals?.diskTotal ?? 1)
            let free = min(max(0, $0.vitals?.diskFree ?? 0), total)
            let share = Words.percent(1 - Double(free) / Double(total))
            return row($0, Mark(.warn, "disk"), "root file system nearly full, \(Words.bytes(free)) free", share)
        }
        let clocks = concerns.clocks.map {
            row(
                $0, Mark(.warn, "clock"), "its clock is \(Words.clock(skew: $0.clockSkew))",
                Words.span($0.clockSkew.magnitude))
        }
        let more = states.offline > offline.count ? "All \(Words.count(states.offline)) offline devices" : nil
        let rows = identities + offline + disks + clocks
        return rows.isEmpty ? nil : Concerns(rows: rows, more: more)
    }

    private static func events(_ events: [Store.FleetEvent], _ now: Date) -> Events? {
        guard !events.isEmpty else { return nil }
        return Events(
            rows: events.map {
                Event(
                    mark: $0.isUp ? Mark(.ok, "up") : Mark(.bad, "down"), path: "/devices/\($0.deviceID)",
                    name: $0.name, at: Moment($0.at, now: now))
            })
    }
}

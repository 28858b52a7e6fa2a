/// Figures in Prometheus' text format, version 0.0.4 (prometheus.io, "Exposition formats").
struct MetricsText: ReadyText {
    static let mediaType = "text/plain; version=0.0.4; charset=utf-8"
    let text: String

    init(families: [MetricFamily]) { self.text = families.map(\.lines).joined() }
}

/// All samples of one name.
struct MetricFamily: Sendable {
    enum Kind: String, Sendable { case counter, gauge, histogram }

    /// One value. `suffix` is what a histogram adds to the name.
    struct Sample: Sendable {
        var suffix = ""
        var labels: [(name: String, value: String)] = []
        let value: Double
    }

    let name: String
    let help: String
    let kind: Kind
    let samples: [Sample]

    init(_ name: String, _ help: String, _ kind: Kind, _ samples: [Sample]) {
        self.name = name
        self.help = help
        self.kind = kind
        self.samples = samples
    }

    /// A family of one value, or of none if it is not known.
    init(_ name: String, _ help: String, _ kind: Kind, _ value: Double?) {
        self.init(name, help, kind, value.map { [Sample(value: $0)] } ?? [])
    }

    /// A family of one value for each value of a label.
    init(_ name: String, _ help: String, _ kind: Kind, by label: String, _ values: [(String, Int)]) {
        self.init(name, help, kind, values.map { Sample(labels: [(label, $0)], value: Double($1)) })
    }

    /// Nothing at all if there is no sample.
    var lines: String {
        guard !self.samples.isEmpty else { return "" }
        let samples = self.samples.map {
            "\(self.name)\($0.suffix)\(Self.labels($0.labels)) \(Self.number($0.value))\n"
        }
        return "# HELP \(self.name) \(self.help)\n# TYPE \(self.name) \(self.kind.rawValue)\n\(samples.joined())"
    }

    private static func labels(_ labels: [(name: String, value: String)]) -> String {
        labels.isEmpty ? "" : "{\(labels.map { "\($0)=\"\(Self.escaped($1))\"" }.joined(separator: ","))}"
    }

    private static func escaped(_ value: String) -> String {
        value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }

    /// Whole numbers without a fraction, so that bytes and times stay readable.
    static func number(_ value: Double) -> String { Int(exactly: value).map { "\($0)" } ?? "\(value)" }
}

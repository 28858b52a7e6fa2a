import Foundation

@testable import WatchmanCore

/// A parser of text or bytes that anybody may have made. None may trap, whatever it is given; what it accepts must keep its promises.
enum Target: String, CaseIterable {
    case token
    case publicKey = "public-key"
    case privateKey = "private-key"
    case signature
    case registration
    case report
    case selector
    case cron
    case logLine = "log-line"
    case outsideText = "outside-text"
    case tar

    func parse(_ bytes: [UInt8]) {
        switch self {
        case .token: Self.token(bytes)
        case .publicKey: Self.publicKey(bytes)
        case .privateKey: _ = try? SSHPrivateKey(text: Self.text(bytes))
        case .signature: Self.signature(bytes)
        case .registration: Self.json(RegistrationRequest.self, bytes) { _ = $0.facts.cleaned }
        case .report: Self.json(CheckInRequest.self, bytes) { _ = ($0.facts.cleaned, $0.vitals.cleaned) }
        case .selector: Self.selector(bytes)
        case .cron: Self.cron(bytes)
        case .logLine: Self.logLine(bytes)
        case .outsideText: Self.outsideText(bytes)
        case .tar: Self.tar(bytes)
        }
    }

    private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    private static func token(_ bytes: [UInt8]) {
        for kind in [Credential.Kind.join, .apiKey] {
            guard let token = try? Credential(Self.text(bytes), kind: kind) else { continue }
            precondition((try? Credential(token.text.revealed, kind: kind)) == token, "a token reads back as itself")
        }
    }

    /// The same bytes as a line and as a blob.
    private static func publicKey(_ bytes: [UInt8]) {
        for key in [try? SSHPublicKey(line: Self.text(bytes)), try? SSHPublicKey(blob: bytes)].compactMap(\.self) {
            precondition((try? SSHPublicKey(line: key.line)) == key, "a key reads back as itself")
            precondition(!key.line.utf8.contains { $0 < 0x20 || $0 == 0x22 }, "a key line stays one line")
        }
    }

    /// No signature that a mutation makes fits another message.
    private static func signature(_ bytes: [UInt8]) {
        guard let key = Self.signer else { return }
        let isValid = (try? SSHSignature.verify(bytes, of: [0x6d], namespace: "other", by: key)) != nil
        precondition(!isValid, "a signature was forged")
        _ = try? SSHSignature.verify(bytes, of: Array("message".utf8), namespace: "fuzz", by: key)
    }

    private static let signer = try? SSHPublicKey(
        line: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGXIijV2pgwCgkBj39BKokGybF+nhaZnryVfEeybmOM5")

    private static func json<Value: Codable>(_ type: Value.Type, _ bytes: [UInt8], _ use: (Value) -> Void) {
        guard let value = try? WireJSON.decode(type, from: bytes) else { return }
        use(value)
        _ = try? WireJSON.encode(value)
    }

    private static func selector(_ bytes: [UInt8]) {
        guard let selector = try? DeviceSelector(Self.text(bytes)) else { return }
        precondition((try? DeviceSelector(selector.text)) == selector, "a selector reads back as itself")
    }

    private static func cron(_ bytes: [UInt8]) {
        guard let schedule = try? CronSchedule(Self.text(bytes)), let zone = TimeZone(identifier: "Europe/Berlin")
        else {
            return
        }
        let now = Date(timeIntervalSince1970: 1_790_000_000)
        if let next = schedule.next(after: now, in: zone) { precondition(next > now, "the next time is later") }
    }

    /// Nothing but sshd's own word counts as a login.
    private static func logLine(_ bytes: [UInt8]) {
        if case .portTaken(let port) = GatewayLogLine(bytes) { precondition((1...65535).contains(port)) }
        if case .child(let pid) = GatewayLogLine(bytes) { precondition(pid > 1, "init is nobody's child") }
        guard case .accepted(let login) = GatewayLogLine(bytes) else { return }
        precondition(bytes.starts(with: "Accepted publickey for ".utf8), "a login was forged")
        precondition((1...65535).contains(login.port) && login.address.utf8.allSatisfy(ASCII.isGraphic))
    }

    private static func tar(_ bytes: [UInt8]) {
        guard let entry = try? TarEntry(bytes) else { return }
        precondition(entry.size >= 0, "a size is a size")
    }

    private static func outsideText(_ bytes: [UInt8]) {
        let text = Self.text(bytes)
        let clean = OutsideText.clean(text, limit: 64)
        precondition(clean.utf8.count <= 64 && OutsideText.clean(clean, limit: 64) == clean, "clean is clean")
        precondition(!clean.unicodeScalars.contains { $0.value < 0x20 || (0x7f...0x9f).contains($0.value) })
        if let name = OutsideText.deviceName(fromHostname: text) {
            precondition(DeviceName.isValid(name), "a host name becomes a device name")
        }
    }
}

import Foundation
import Testing
import WatchmanCore

@testable import WatchmanServer
@testable import WatchmanStore

/// Guessing is slowed down however it is dressed, and slows nobody else down for good.
@Suite struct ThrottleAttackTests {
    private static let wrong = "wrong wrong wrong"

    /// Ways to look like someone else from request to request.
    enum Disguise: CaseIterable, Sendable {
        case none, forwardedFor, realIP, forwarded, clientIP, agent, cookie, blanks, host

        func headers(_ number: Int) -> [String: String] {
            let address = "203.0.113.\(number)"
            return switch self {
            case .none, .blanks: [:]
            case .forwardedFor: ["X-Forwarded-For": "\(address), 198.51.100.\(number)"]
            case .realIP: ["X-Real-IP": address]
            case .forwarded: ["Forwarded": "for=\(address)"]
            case .clientIP: ["True-Client-IP": address, "CF-Connecting-IP": address]
            case .agent: ["User-Agent": "browser/\(number)"]
            case .cookie: ["Cookie": "__Host-watchman=\(number)"]
            case .host: ["X-Forwarded-Host": "tower\(number)"]
            }
        }

        func name(_ number: Int) -> String {
            self == .blanks ? String(repeating: " ", count: number) + "alice\t" : "alice"
        }
    }

    @Test(arguments: Disguise.allCases) func `no disguise evades the wait`(disguise: Disguise) async throws {
        try await ServerFixture.with { fixture in
            _ = try await fixture.user("alice", .admin)
            // Each failure doubles the wait: however slow the machine, one of these tries comes too early.
            var statuses: [Int] = []
            while statuses.last != 429 && statuses.count < 12 {
                let number = statuses.count
                let form = ["name": disguise.name(number), "password": Self.wrong]
                let answer = try await fixture.stranger.post("/sign-in", form, headers: disguise.headers(number))
                statuses.append(answer.status)
            }
            #expect(statuses.last == 429 && statuses.count > 4 && statuses.dropLast().allSatisfy { $0 == 401 })
        }
    }

    /// Spellings that look or compare like a name and are none.
    static let spellings = [
        "ALICE", "Alice", "alice\u{301}", "\u{ff41}lice", "al\u{131}ce", "alice\u{200d}", "a\u{430}lice", "alice\u{0}",
        "alice%00", "alice@", "alice/", "user:alice", "alice\r\n", "\u{202e}alice", "alíce", "ali\u{ad}ce",
    ]

    @Test func `spellings of a name share one wait, and none of them is the name`() async throws {
        try await ServerFixture.with { fixture in
            _ = try await fixture.user("alice", .admin)
            let (signIn, password, now) = (fixture.signIn, Secret(BrowserFixture.password), Date())
            for (number, name) in Self.spellings.enumerated() {
                let error = await #expect(throws: WatchmanError.self) {
                    try await signIn.open(name, password, source: "192.0.2.9", now: now)
                }
                #expect(error?.code == (number < 4 ? .unauthenticated : .unavailable))
            }
            _ = try await signIn.open("alice", password, source: "192.0.2.9", now: now)
        }
    }

    @Test func `many tries at once get no further than one after the other`() async throws {
        try await ServerFixture.with { fixture in
            _ = try await fixture.user("alice", .admin)
            let (signIn, now) = (fixture.signIn, Date())
            let checked = await withTaskGroup(of: Bool.self) { group in
                for _ in 0..<50 {
                    group.addTask {
                        do {
                            _ = try await signIn.open("alice", Secret(Self.wrong), source: "192.0.2.9", now: now)
                        } catch let error as WatchmanError { return error.code == .unauthenticated } catch {}
                        return false
                    }
                }
                return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(checked == 4)
        }
    }

    @Test func `nobody is shut out by what others do`() async throws {
        try await ServerFixture.with { fixture in
            _ = try await fixture.user("alice", .admin)
            let (signIn, now) = (fixture.signIn, Date())
            for number in 0..<300 {
                _ = try? await signIn.open(
                    "alice", Secret(Self.wrong), source: "198.51.100.\(number % 100)", now: now)
            }
            _ = try await signIn.open("alice", Secret(BrowserFixture.password), source: "192.0.2.1", now: now)
        }
    }

    @Test func `no wait is longer than a minute, and the right password ends it`() async throws {
        try await ServerFixture.with { fixture in
            _ = try await fixture.user("alice", .admin)
            let (signIn, source) = (fixture.signIn, "192.0.2.9")
            var now = Date()
            for _ in 0..<40 {
                _ = try? await signIn.open("alice", Secret(Self.wrong), source: source, now: now)
                now += 61
            }
            _ = try? await signIn.open("alice", Secret(Self.wrong), source: source, now: now)
            let error = await #expect(throws: WatchmanError.self) {
                try await signIn.open("alice", Secret(BrowserFixture.password), source: source, now: now)
            }
            #expect(error == WatchmanError(.unavailable, "too many wrong passwords: wait 60 s"))
            _ = try await signIn.open("alice", Secret(BrowserFixture.password), source: source, now: now + 61)
            _ = try await signIn.open("alice", Secret(BrowserFixture.password), source: source, now: now + 61)
        }
    }

    /// Someone with one-time codes, and the way to the question for one.
    private static func halfway(_ fixture: ServerFixture, _ now: Date) async throws -> Secret {
        let opening = try await fixture.signIn.open(
            "alice", Secret(BrowserFixture.password), source: "192.0.2.9", now: now)
        guard case .halfway(let token) = opening else { throw WatchmanError(.internal, "no code is asked for") }
        return token
    }

    private static func key(_ fixture: ServerFixture, _ now: Date) async throws -> OneTimeCode {
        var user = try await fixture.user("alice", .admin)
        try await fixture.signIn.secondFactor.offer(user)
        user = try #require(try await fixture.fleet.store.user(named: "alice"))
        let key = try OneTimeCode(secret: try #require(try fixture.signIn.secondFactor.offered(user)))
        let code = key.code(step: OneTimeCode.step(at: now) - 1)
        let codes = try await fixture.signIn.secondFactor.confirm(
            code, of: user, session: "", actor: "user:alice", now: now)
        #expect(codes != nil)
        return key
    }

    @Test func `beginning anew does not give more codes to try`() async throws {
        try await ServerFixture.with { fixture in
            let now = Date()
            let key = try await Self.key(fixture, now)
            for number in 0..<8 {
                let token = try await Self.halfway(fixture, now)
                let code = number < 4 ? "000000" : key.code(step: OneTimeCode.step(at: now))
                let error = await #expect(throws: WatchmanError.self) {
                    try await fixture.signIn.open(halfway: token, code: code, source: "192.0.2.9", now: now)
                }
                #expect(error?.code == (number < 4 ? .unauthenticated : .unavailable))
            }
            let token = try await Self.halfway(fixture, now)
            _ = try await fixture.signIn.open(
                halfway: token, code: key.code(step: OneTimeCode.step(at: now)), source: "192.0.2.1", now: now)
        }
    }

    @Test func `one beginning gives five codes and five minutes`() async throws {
        try await ServerFixture.with { fixture in
            let now = Date()
            let key = try await Self.key(fixture, now)
            let token = try await Self.halfway(fixture, now)
            for number in 0..<HalfwaySignIns.tries {
                _ = try? await fixture.signIn.open(
                    halfway: token, code: "000000", source: "192.0.2.\(number)", now: now)
            }
            let late = try await Self.halfway(fixture, now)
            for (token, now) in [(token, now), (late, now + HalfwaySignIns.lifetime), (Secret(""), now)] {
                let error = await #expect(throws: WatchmanError.self) {
                    try await fixture.signIn.open(
                        halfway: token, code: key.code(step: OneTimeCode.step(at: now)), source: "192.0.2.1", now: now)
                }
                #expect(error?.code == .notFound)
            }
        }
    }

    @Test func `one code at once in many browsers opens one session`() async throws {
        try await ServerFixture.with { fixture in
            let now = Date()
            let key = try await Self.key(fixture, now)
            let code = key.code(step: OneTimeCode.step(at: now))
            var tokens: [Secret] = []
            for _ in 0..<4 { tokens.append(try await Self.halfway(fixture, now)) }
            let opened = await withTaskGroup(of: Bool.self) { [tokens] group in
                for (number, token) in tokens.enumerated() {
                    group.addTask {
                        let source = "192.0.2.\(number)"
                        let session = try? await fixture.signIn.open(
                            halfway: token, code: code, source: source, now: now)
                        return session != nil
                    }
                }
                return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(opened == 1)
        }
    }

    @Test func `a password that was changed meanwhile opens nothing halfway`() async throws {
        try await ServerFixture.with { fixture in
            let now = Date()
            let key = try await Self.key(fixture, now)
            let token = try await Self.halfway(fixture, now)
            _ = try await fixture.fleet.resetUser("alice", actor: "local", now: now)
            let error = await #expect(throws: WatchmanError.self) {
                try await fixture.signIn.open(
                    halfway: token, code: key.code(step: OneTimeCode.step(at: now)), source: "192.0.2.9", now: now)
            }
            #expect(error?.code == .unauthenticated)
        }
    }
}

import Foundation
import WatchmanCore
import WatchmanStore

/// Checks what a person has besides a password: one-time codes, or recovery codes in their place.
struct SecondFactor: Sendable {
    let store: Store
    let escrow: Escrow

    /// Whether a code is right; then it is used up.
    func accepts(_ typed: String, of id: String, source: String, now: Date) async throws -> Bool {
        guard let user = try await self.store.user(id: id), user.hasSecondFactor else { return false }
        if let step = try self.step(typed, of: user, now) { return try await self.store.useStep(step, of: user) }
        return try await self.store.useRecoveryCode(RecoveryCode.hash(typed), of: user, source: source, now: now)
    }

    /// Makes a key that the person has yet to prove.
    func offer(_ user: User) async throws {
        try await self.store.offerSecondFactor(user: user.id) {
            try self.escrow.seal(OneTimeCode.newSecret(), as: .secondFactor(user: user.id))
        }
    }

    /// The key that waits for its first code, or nil.
    func offered(_ user: User) throws -> Secret? { user.hasSecondFactor ? nil : try self.secret(user) }

    /// Turns codes on if the first is right.
    ///
    /// - Returns: the recovery codes, which are told this once; nil if the code is wrong.
    func confirm(_ typed: String, of user: User, session: String, actor: Principal, now: Date) async throws -> [Secret]?
    {
        guard !user.hasSecondFactor, let step = try self.step(typed, of: user, now) else { return nil }
        let codes = RecoveryCode.make()
        try await self.store.confirmSecondFactor(
            step, of: user, recoveryCodes: codes.map { RecoveryCode.hash($0.revealed) }, session: session,
            actor: actor, now: now)
        return codes
    }

    /// Replaces the recovery codes.
    func renew(_ user: User, actor: Principal, now: Date) async throws -> [Secret] {
        let codes = RecoveryCode.make()
        try await self.store.setRecoveryCodes(
            codes.map { RecoveryCode.hash($0.revealed) }, of: user, actor: actor, now: now)
        return codes
    }

    private func secret(_ user: User) throws -> Secret? {
        try user.totpSecret.map { try self.escrow.open($0, as: .secondFactor(user: user.id)) }
    }

    private func step(_ typed: String, of user: User, _ now: Date) throws -> Int64? {
        let digits = String(decoding: typed.utf8.filter { !ASCII.isSpace($0) }, as: UTF8.self)
        guard digits.utf8.count == 6, let secret = try self.secret(user) else { return nil }
        return try OneTimeCode(secret: secret).step(of: digits, at: now, after: user.totpStep)
    }
}

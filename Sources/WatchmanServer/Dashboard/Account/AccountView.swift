import WatchmanCore
import WatchmanStore

/// The page about a person's own account.
struct AccountView: Sendable {
    /// A key that waits for its first code.
    struct Offer: Sendable {
        /// In groups of four, as it is typed.
        let key: String
        let link: String

        init(_ secret: Secret, name: String, host: String) {
            let digits = Array(secret.revealed.uppercased())
            self.key = stride(from: 0, to: digits.count, by: 4)
                .map { String(digits[$0..<min($0 + 4, digits.count)]) }.joined(separator: " ")
            self.link = OneTimeCode.link(secret, account: "\(name)@\(host)", issuer: "watchman").revealed
        }
    }

    /// Recovery codes: the only time they are shown.
    struct Codes: Sendable { let text: String }

    let layout: Layout
    let note: Note?
    let name: String
    let rights: String
    let owes: Bool
    let factor: String
    let offer: Offer?
    let canBegin: Bool
    let isOn: Bool
    let left: String
    let codes: Codes?
    let hasPassword: Bool

    init(
        _ user: User, rights: String, owes: Bool, offer: Offer?, left: Int, codes: [Secret]?, error: WatchmanError?,
        _ visit: Visit
    ) {
        self.layout = Layout("Account", nil, visit)
        self.note = error.map(Note.init)
        self.name = user.name
        self.rights = rights
        // The visitor is from before this request, which may have set them up.
        self.owes = owes && !user.hasSecondFactor
        self.factor = user.hasSecondFactor ? "asked for at every sign-in" : "not asked for"
        self.offer = offer
        self.hasPassword = user.passwordHash != nil
        self.canBegin = self.hasPassword && offer == nil && !user.hasSecondFactor
        self.isOn = user.hasSecondFactor
        self.left = left == 1 ? "1 recovery code is left." : "\(left) recovery codes are left."
        self.codes = codes.map { Codes(text: $0.map(\.revealed).joined(separator: "\n")) }
    }
}

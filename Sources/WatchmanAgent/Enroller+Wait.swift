import Foundation
import WatchmanClient
import WatchmanCore

extension Enroller {
    /// Seconds between two questions, drawn anew each time: many devices may wait at once.
    private static let pauses = 2.0...10.0

    /// Asks to be enrolled until the server says yes or no. Nothing is kept of having asked: the server knows the key again, so a run that
    /// was killed goes on when the same command is given.
    func ask(
        _ client: APIClient, _ request: RegistrationRequest, _ key: SSHPrivateKey, waits: Bool
    ) async throws -> Enrolment {
        var waiting: RegistrationAnswer.Waiting?
        while true {
            do {
                let answer = try await client.register(request, key: key)
                if let enrolment = answer.enrolment { return enrolment }
                guard let place = answer.waiting else {
                    throw WatchmanError(.internal, "the server neither enrols this device nor lets it wait")
                }
                if place != waiting {
                    self.report("waiting for approval: key \(place.keyFingerprint) (id \(place.id))")
                }
                let command = "watchman devices approve \(place.id)"
                guard waits else {
                    throw WatchmanError(.unavailable, "this device waits for approval on the server", hint: command)
                }
                if place != waiting { self.report("let an admin compare the key, and run: \(command)") }
                waiting = place
            } catch let error as WatchmanError where error.code == .limited {
                self.report("\(error.message)")
            } catch let error as WatchmanError where error.code == .unavailable && waiting != nil {
                // The server is away for a while; who waits for a person can wait for that, too.
            }
            try await Task.sleep(for: .seconds(Double.random(in: Self.pauses)))
        }
    }
}

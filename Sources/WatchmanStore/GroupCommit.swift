import GRDB
import Synchronization

/// Does what several callers want to write in one transaction, because every commit waits for the disk.
///
/// While one transaction is on its way to the disk, the next one fills. Each caller's part is a savepoint: a part that throws
/// is undone alone. Nobody is answered before the disk has it.
final class GroupCommit: Sendable {
    private typealias Answer = @Sendable (_ failure: (any Error)?) -> Void

    private struct Part: Sendable {
        /// Does the work; gives what failed, and what answers the caller once the transaction's fate is known.
        let work: @Sendable (Database) -> (failure: (any Error)?, answer: Answer)
        let refuse: @Sendable (any Error) -> Void
    }

    private struct State {
        var waiting: [Part] = []
        var isRunning = false
    }

    /// Parts of one transaction: the more, the longer the first of them waits.
    private static let limit = 256

    private let writer: any DatabaseWriter
    private let state = Mutex(State())

    init(_ writer: any DatabaseWriter) { self.writer = writer }

    /// Does `body` as if in a transaction of its own. A caller who is cancelled before its turn writes nothing.
    func write<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        let turn = Turn()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                self.add(
                    Part(
                        work: { db in
                            let result = Result { try turn.take(db, body) }
                            return (
                                result.failure,
                                { failure in continuation.resume(with: failure.map { .failure($0) } ?? result) }
                            )
                        },
                        refuse: { continuation.resume(throwing: $0) }))
            }
        } onCancel: {
            turn.cancel()
        }
    }

    private func add(_ part: Part) {
        let isRunning = self.state.withLock { state in
            defer { state.isRunning = true }
            state.waiting.append(part)
            return state.isRunning
        }
        if !isRunning { self.writer.asyncWriteWithoutTransaction { db in self.run(db) } }
    }

    private func run(_ db: Database) {
        while let parts = self.next() {
            var answers: [Answer] = []
            do {
                try db.inTransaction(.immediate) {
                    for part in parts {
                        let (failure, answer) = part.work(db)
                        answers.append(answer)
                        // A full disk and the like end the whole transaction: then nobody's part was written.
                        if let failure, !db.isInsideTransaction { throw failure }
                    }
                    return .commit
                }
                answers.forEach { $0(nil) }
            } catch {
                answers.forEach { $0(error) }
                parts.dropFirst(answers.count).forEach { $0.refuse(error) }
            }
        }
    }

    private func next() -> ArraySlice<Part>? {
        self.state.withLock { state in
            let parts = state.waiting.prefix(Self.limit)
            state.waiting.removeFirst(parts.count)
            state.isRunning = !parts.isEmpty
            return parts.isEmpty ? nil : parts
        }
    }
}

extension Result {
    fileprivate var failure: Failure? {
        if case .failure(let error) = self { error } else { nil }
    }
}

/// A caller's turn, unless it gave up before.
private final class Turn: Sendable {
    private let isCancelled = Mutex(false)

    func cancel() { self.isCancelled.withLock { $0 = true } }

    func take<Value>(_ db: Database, _ body: (Database) throws -> Value) throws -> Value {
        if self.isCancelled.withLock({ $0 }) { throw CancellationError() }
        var value: Value?
        try db.inSavepoint {
            value = try body(db)
            return .commit
        }
        guard let value else { throw DatabaseError(resultCode: .SQLITE_ABORT) }
        return value
    }
}

import JobModel
import Models
import Settings
import Storage

/// Asks models, one after the other, until one has answered, each within the bounds of the retry policy.
struct ModelCaller: Sendable {
    /// The model that is named first.
    ///
    /// A step is the same whoever answers it, so its fingerprint knows this one alone.
    let reference: ModelReference
    /// The models that this worker can reach, in the order of the file.
    private let connections: [ModelConnection]
    private let order = ModelOrder()
    private let gates: ConnectionGates
    var retry = ModelRetry()

    /// - Parameter references: The model, and those that are asked when it cannot answer.
    /// - Throws: A `JobFailure` when this worker reaches none of them.
    init(
        _ references: [String],
        among known: [String: ConnectionDefinition],
        gates: ConnectionGates
    ) throws(JobFailure) {
        precondition(!references.isEmpty, "a caller has a model")
        var named: [ModelReference] = []
        for text in references { named.append(try ModelReference(text)) }
        reference = named[0]
        var connections: [ModelConnection] = []
        var reasons: [JobFailure] = []
        for reference in named {
            do throws(JobFailure) {
                connections.append(try ModelConnection(reference, among: known))
            } catch {
                reasons.append(error)
            }
        }
        if connections.isEmpty, let reason = reasons.first { throw reason }
        self.connections = connections
        self.gates = gates
    }

    /// The model that is asked first.
    var first: ModelConnection { connections[order.places(of: connections.count)[0]] }

    /// Who is asked first.
    var name: String { first.description }

    /// A place among the calls of a connection, for a step of a job.
    func admission(of job: ClaimedJob) -> ModelAdmission { ModelAdmission(gates, of: job) }

    /// What the first call may cost.
    func charge(for request: ModelRequest, _ money: JobMoney, isBatch: Bool = false) async throws -> ModelCharge {
        try await money.charge(for: request, on: first, isBatch: isBatch)
    }

    /// Waits until the model that is asked first may be asked.
    func enter(_ admission: ModelAdmission, _ request: ModelRequest, check: () throws -> Void) async throws {
        try await admission.enter(first, tokens: Self.tokens(of: request), check: check)
    }

    /// How many tokens a request and its answer may take, as far as can be told before.
    private static func tokens(of request: ModelRequest) -> Int {
        let bytes =
            request.messages.reduce(0) { $0 + $1.approximateBytes }
            + request.tools.reduce(0) { $0 + $1.description.utf8.count + $1.parameters.text().utf8.count }
        return bytes / ConnectionGates.bytesOfToken + (request.maximumOutputTokens ?? ConnectionGates.unknownOutput)
    }

    /// Why a model is not asked any more.
    private struct GivenUp: Error {
        let failure: StepFailure
        /// Whether another model may answer.
        let allowsAnother: Bool
    }

    /// Asks, and waits and asks again, or asks another model, where that may help.
    ///
    /// - Parameter admission: Was entered for the first call.
    /// - Parameter calls: Where each call that failed is noted before the next one.
    /// - Parameter onBegin: Told when the first part of an answer comes.
    /// - Throws: `StepFailure` that says whether the last call may have been paid for.
    func ask(
        _ request: ModelRequest,
        _ admission: ModelAdmission,
        _ money: JobMoney,
        calls: StepCalls,
        log: JobLog,
        onBegin: @escaping @Sendable () -> Void
    ) async throws -> StepResult {
        let places = order.places(of: connections.count)
        for (number, place) in places.enumerated() {
            let connection = connections[place]
            if number > 0 {
                log.event("asking \(connection) instead")
                try await enterAgain(admission, money, connection, request, calls)
            }
            do {
                let result = try await ask(
                    connection,
                    request,
                    admission,
                    money,
                    calls: calls,
                    log: log,
                    onBegin: onBegin
                )
                order.prefer(place)
                return result
            } catch let givenUp as GivenUp {
                let failure = givenUp.failure
                guard givenUp.allowsAnother, number + 1 < places.count else { throw failure }
                log.event(failure.failure.message)
                do {
                    try await calls.noteFailure(failure.failure.message, failure.unknownCalls > 0)
                } catch {
                    // Without the note another call would hide this one.
                    throw failure
                }
            }
        }
        preconditionFailure("the last model answers or fails")
    }

    /// Asks one model.
    private func ask(
        _ connection: ModelConnection,
        _ request: ModelRequest,
        _ admission: ModelAdmission,
        _ money: JobMoney,
        calls: StepCalls,
        log: JobLog,
        onBegin: @escaping @Sendable () -> Void
    ) async throws -> StepResult {
        var request = request
        request.model = connection.reference.model
        var tries = 1
        while true {
            do {
                return try await answer(connection, request, admission, calls: calls, onBegin: onBegin)
            } catch let error as ModelError {
                await admission.leave()
                if let time = error.retryAfter {
                    await admission.hold(connection, for: min(time, retry.maximumRetryAfter))
                }
                let givenUp = Self.givenUp(error)
                var generator = SystemRandomNumberGenerator()
                switch retry.decision(after: error, tries: tries, using: &generator) {
                case .giveUp: throw givenUp
                case .wait(let delay):
                    log.event("\(error); asking again in \(delay.shortText)")
                    do {
                        try await calls.noteFailure("\(error)", error.mayHaveBeenPaid)
                    } catch {
                        // Without the note another call would hide this one.
                        throw givenUp.failure
                    }
                    try await pause(for: delay)
                    try await enterAgain(admission, money, connection, request, calls)
                    tries += 1
                }
            } catch is CancellationError {
                // The job was stopped while the call was under way: it may be paid for.
                throw StepFailure(
                    failure: JobFailure(code: "model", message: "the call to \(connection.endpoint.name) was stopped"),
                    unknownCalls: 1
                )
            }
        }
    }

    /// Waits for a place, and writes the intent of another call.
    private func enterAgain(
        _ admission: ModelAdmission,
        _ money: JobMoney,
        _ connection: ModelConnection,
        _ request: ModelRequest,
        _ calls: StepCalls
    ) async throws {
        do {
            try await admission.enter(connection, tokens: Self.tokens(of: request), check: calls.check)
        } catch is CancellationError {
            throw Self.stopped
        }
        let charge = try await money.charge(for: request, on: connection)
        try await calls.beginAgain(connection.description, paying: charge)
    }

    private func answer(
        _ connection: ModelConnection,
        _ request: ModelRequest,
        _ admission: ModelAdmission,
        calls: StepCalls,
        onBegin: @escaping @Sendable () -> Void
    ) async throws -> StepResult {
        var answer = try await connection.endpoint.kind.provider().answer(
            request,
            from: connection.endpoint,
            idempotencyKey: calls.idempotencyKey,
            onText: { _ in onBegin() }
        )
        await admission.leave(answer.usage)
        answer.connection = connection.endpoint.name
        var result = StepResult(
            value: answer.json,
            usage: answer.usage?.json,
            cost: connection.cost(of: answer.usage)
        )
        result.name = connection.description
        return result
    }

    private static func givenUp(_ error: ModelError) -> GivenUp {
        GivenUp(
            failure: StepFailure(
                failure: JobFailure(
                    code: "model",
                    message: "\(error)",
                    isPermanent: !error.isRetryable,
                    kind: error.kind,
                    retryAfter: error.retryAfter
                ),
                unknownCalls: error.mayHaveBeenPaid ? 1 : 0
            ),
            allowsAnother: error.isRetryable || error.isOfThisModelAlone
        )
    }

    /// Waits between two tries; a job that is stopped meanwhile has no call under way.
    private func pause(for delay: Duration) async throws {
        do {
            try await ContinuousClock().sleep(for: delay)
        } catch {
            throw Self.stopped
        }
    }

    private static let stopped = StepFailure(
        failure: JobFailure(code: "model", message: "stopped between two tries"),
        unknownCalls: 0
    )
}

extension ModelMessage {
    /// About how long it is, in bytes; images and documents are counted as a page each.
    fileprivate var approximateBytes: Int {
        parts.reduce(0) { total, part in
            switch part {
            case .text(let text), .reasoning(let text, _): total + text.utf8.count
            case .toolCall(let call): total + call.name.utf8.count + call.arguments.text.utf8.count
            case .toolResult(let result): total + result.text.utf8.count
            case .file: total + 6000
            }
        }
    }
}

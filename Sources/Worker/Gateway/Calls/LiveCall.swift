import Checkpoints
import HTTPTransport
import JobModel
import Models
import Postgres
import Recordings
import Settings
import Storage
import Tools

/// A call that is made: intent, request, answer, record, settlement; whoever waits for it or not.
struct LiveCall: Sendable {
    /// The most bytes of an error's body that are passed on: 64 KiB.
    private static let maximumErrorBytes = 64 << 10
    /// How long a call waits for another process's calls of the same job.
    private static let lockPatience = Duration.seconds(15)
    /// How long the lock of a job is kept behind its last call, by a program that still runs.
    private static let lockIsKept = Duration.milliseconds(500)
    /// The longest that a provider's wish to be left alone is heeded.
    private static let longestHold = Duration.seconds(120)

    let attempt: GatewayAttempt
    let stores: GatewayStores
    let position: StepPosition
    /// Which of the calls at its position it is in this attempt, counted from 1.
    let number: Int
    let identity: CallIdentity
    var request: CallRequest
    var buffer: AnswerBuffer
    let checkpoints: JobCheckpoints
    let isDiverged: Bool
    /// Its place among the calls that the connection's limits allow.
    let place = CallPlace()

    var job: GatewayJob { attempt.job }
    var line: CallLine { CallLine(job: job.job, epoch: job.epoch, connection: request.connection.name) }

    /// Why a call left nothing behind.
    struct Failure: Error {
        let refusal: GatewayRefusal
        let settlement: StepStore.Settlement
        /// The rest of a stream whose end is an error that the provider reports: what the client gets in place of the refusal.
        var report: [UInt8]?
    }

    func run() async {
        do {
            try await stores.places.pass { await make() }
        } catch {
            // Nobody cancels a call; the process ends.
            await attempt.failed(position)
            buffer.fail(GatewayRefusal(.unavailable, "the call was not made: \(error)"))
        }
        stores.localCalls.ended(job)
    }

    private func make() async {
        do {
            try await begin()
            attempt.callBegan()
            defer { attempt.callEnded() }
            do {
                try await ask()
            } catch let failure as Failure {
                // Settled before its position is free, and before the client hears of it and tries again.
                await settle(failure.settlement)
                await leave(nil)
                await attempt.failed(position)
                if let report = failure.report {
                    buffer.complete(with: report)
                } else {
                    buffer.fail(failure.refusal)
                }
            }
            await giveUpLock()
        } catch {
            await leave(nil)
            await attempt.failed(position)
            buffer.fail(await refusal(of: error))
        }
    }

    /// Gives the job's lock back; while the program goes on it is kept a moment, for its next call.
    private func giveUpLock() async {
        // Where it fails, the connection is lost, and the lock with it.
        let goesOn = await !attempt.isClosed
        guard (try? await stores.locks.giveUp(job.job, keeps: goesOn)) == true else { return }
        stores.performer.begin { [stores, job] in
            repeat {
                try? await ContinuousClock().sleep(for: Self.lockIsKept)
            } while (try? await stores.locks.sweep(job.job, unusedFor: Self.lockIsKept)) == true
        }
    }

    /// Takes the job's lock and writes the intent.
    private func begin() async throws {
        guard await !attempt.isClosed else { throw GatewayAttempt.over }
        let giveUpAt = ContinuousClock.now + Self.lockPatience
        while try await !stores.patiently({ try await stores.locks.take(job.job) }) {
            guard ContinuousClock.now < giveUpAt else {
                throw GatewayRefusal(.unavailable, "another process still makes calls for this job")
            }
            try await ContinuousClock().sleep(for: .milliseconds(20))
        }
        do {
            try await enter()
            try await intend()
        } catch {
            _ = try? await stores.locks.giveUp(job.job)
            throw error
        }
    }

    private func refusal(of error: any Error) async -> GatewayRefusal {
        switch error {
        case let suspension as Suspension:
            await attempt.held(position, by: suspension)
            return GatewayRefusal(.held, suspension.detail + "; the job goes on when it has room")
        case let refusal as GatewayRefusal: return refusal
        case StorageError.leaseLost: return GatewayAttempt.over
        default: return GatewayRefusal(.unavailable, "the call was not made: \(error)")
        }
    }

    // MARK: The provider

    private func ask() async throws {
        try await recordReads()
        let startedAt = WallTime.now
        let response: HTTPResponseStream
        do {
            let key = job.idempotencyKey(position, identity.fingerprint)
            response = try await stores.client.start(request.outgoing(idempotencyKey: key))
        } catch {
            throw Self.failure(of: error)
        }
        guard (200..<300).contains(response.status) else { return try await passOnError(response) }
        var reader = AnswerReader(request.format, contentType: response.headers["Content-Type"])
        let headers = KeptAnswer.kept(response.headers, request.connection.redactor)
        if reader.isStream { buffer.begin(status: response.status, headers: headers) }
        let body = try await receive(response, &reader)
        let answer = KeptAnswer(status: response.status, headers: headers, body: body.whole)
        guard request.format.isLasting(reader.summary) else {
            await passedOn(answer, reader.summary, startedAt: startedAt)
            return buffer.complete(status: response.status, headers: headers, body.whole)
        }
        let (usage, cost) = settled(reader.summary.usage)
        let index = try await record(answer, reader.summary, (usage, cost), startedAt: startedAt)
        let isSettled = await settleEarly(index, as: .recorded(usage: usage, cost: cost))
        if reader.isStream {
            buffer.complete(with: body.held)
        } else {
            buffer.complete(status: response.status, headers: headers, body.whole)
        }
        if !isSettled { await settle(.recorded(usage: usage, cost: cost)) }
        await leave(reader.summary.usage)
        if let most = request.most, let cost, cost > most { await tellOverrun(cost, most) }
        if isDiverged {
            await stores.say("call \(position) (\(request.model)) took another way than before: diverged", of: job)
        }
    }

    /// Receives an answer up to its own end.
    ///
    /// What completes it is held back until it is recorded: nothing may be built on an answer that could be lost.
    private func receive(
        _ response: HTTPResponseStream,
        _ reader: inout AnswerReader
    ) async throws -> (whole: [UInt8], held: [UInt8]) {
        var whole: [UInt8] = []
        var held: [UInt8] = []
        var redactor = StreamRedactor(request.connection.redactor)
        do {
            for try await sent in response.body {
                let chunk = redactor.take(sent)
                guard whole.count + chunk.count <= AnswerBuffer.maximumBytes else {
                    response.cancel()
                    throw AnswerFault.tooLarge(limit: AnswerBuffer.maximumBytes)
                }
                try await buffer.makeRoom(for: whole.count + chunk.count)
                let piece = try read(chunk, behind: held, &reader)
                let own = chunk.prefix(piece.end ?? chunk.count)
                whole += own
                held += own
                if piece.passable > 0 {
                    buffer.append(held.prefix(piece.passable))
                    held.removeFirst(piece.passable)
                }
                if piece.end != nil { return (whole, held) }
            }
            let rest = redactor.finish()
            _ = try read(rest, behind: held, &reader)
            whole += rest
            held += rest
            try reader.ended()
            return (whole, held)
        } catch let fault as AnswerFault {
            throw failure(of: fault)
        } catch let failure as Failure {
            throw failure
        } catch {
            throw Self.failure(of: error)
        }
    }

    /// Reads on in an answer.
    ///
    /// - Parameter held: What was held back of it until now.
    private func read(
        _ chunk: [UInt8],
        behind held: [UInt8],
        _ reader: inout AnswerReader
    ) throws -> AnswerReader.Piece {
        do throws(AnswerFault) {
            return try reader.consume(chunk)
        } catch {
            var failure = failure(of: error)
            failure.report = reader.reportEnd.map { held + chunk.prefix($0) }
            throw failure
        }
    }

    private func failure(of fault: AnswerFault) -> Failure {
        Failure(
            refusal: GatewayRefusal(.badAnswer, "\(request.connection.name): \(fault)"),
            settlement: .unknown("\(fault)")
        )
    }

    /// Passes on what a provider refuses with, which is not recorded; where the provider may not know what became of the call, it may
    /// have been paid for.
    private func passOnError(_ response: HTTPResponseStream) async throws {
        var body: [UInt8] = []
        do {
            body = try await response.body.collect(maximumBytes: Self.maximumErrorBytes)
        } catch {
            // The status alone says enough.
        }
        let said = "\(request.connection.name) answered \(response.status)"
        // A server that has failed may have made a change before.
        let mayHaveHappened =
            ModelError.doubtfulStatuses.contains(response.status)
            || !request.format.isPaid && response.status >= 500
        await settle(mayHaveHappened ? .unknown(said) : .failed(said))
        await leave(nil)
        await attempt.failed(position)
        if let wait = RetryAfter.read(response.headers) {
            await stores.gates.hold(request.connection.name, for: min(wait, Self.longestHold))
        }
        let error = ProviderError(
            status: response.status,
            headers: response.headers,
            body: body,
            of: request.connection
        )
        buffer.complete(status: error.status, headers: error.headers, error.body)
    }

    private static func failure(of error: any Error) -> Failure {
        guard let error = error as? HTTPTransportError else {
            return Failure(
                refusal: GatewayRefusal(.unavailable, "the call was stopped"),
                settlement: .unknown("\(error)")
            )
        }
        guard error.requestMayHaveArrived else {
            return Failure(refusal: GatewayRefusal(.unreachable, "\(error)"), settlement: .failed("\(error)"))
        }
        return Failure(refusal: GatewayRefusal(.badAnswer, "\(error)"), settlement: .unknown("\(error)"))
    }
}

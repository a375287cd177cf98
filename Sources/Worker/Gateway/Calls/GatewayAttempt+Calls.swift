import Checkpoints
import HTTPTransport
import JobModel
import Logging
import Postgres
import Recordings
import Storage
import Telemetry
import Tools

/// The calls that a program makes: found, or made.
extension GatewayAttempt {
    /// How often, and how far apart, it is looked whether an equal call's client has gone.
    private static let looks = 10
    private static let pause = Duration.milliseconds(10)
    /// The longest kept request that is compared with another one, in bytes, to say where they differ: 1 MiB.
    private static let longestCompared = 1 << 20

    /// Finds the answer of a call, or has the call made.
    func deliver(_ request: CallRequest, to client: ClientTicket) async throws -> Delivery {
        let checkpoints = try await open(for: client)
        if request.format == .keptChange, let response = request.response {
            for position in reads.passed(response) { matcher.passed(position) }
        }
        // A client that says itself that it asks again needs no other sign of it.
        var looks = request.retry > 0 ? Self.looks : 0
        while true {
            guard !isClosed else { throw Self.over }
            let identity = identity(of: request)
            noteDepartures()
            if looks < Self.looks, matcher.isBesideAnEqual(identity) {
                // A client that hangs up and asks again comes by another connection, whose request may be read before the
                // end of the first one is.
                looks += 1
                try await Task.sleep(for: Self.pause)
                await stores.hangUps.settle()
                continue
            }
            try checkIsThere(client)
            let decision = matcher.arrived(
                identity,
                retry: request.retry,
                newPosition: { newPosition(request.connection.name) }
            )
            let position = decision.position
            client.whenGone { [self] in clientLeft(.call(position)) }
            switch decision {
            case .serve(_, let isDrifted):
                do {
                    if let delivery = try await serve(position, isDrifted: isDrifted, request, checkpoints) {
                        return delivery
                    }
                } catch {
                    // Nobody has got it: whoever asks again is served, and pays nothing.
                    client.writeFailed()
                    throw error
                }
                matcher.lost(position)
            case .join(_, let isDrifted):
                stores.logger.debug(
                    "a call that is under way is shared",
                    metadata: [LogKey.job: "\(job.job)", LogKey.reason: "\(position)"]
                )
                guard let buffer = buffers[position] else { preconditionFailure("no buffer at \(position)") }
                if isDrifted {
                    statistics.drifted += 1
                    await stores.say(
                        "call \(position) (\(request.model)) was under way for a client that had gone, and is shared, drifted: "
                            + "what tools returned differs",
                        of: job
                    )
                }
                return Delivery(position: position, source: .buffer(buffer), match: "joined")
            case .call(_, let isDiverged):
                if let refusal = cannotGoOn ?? circle(of: request) {
                    matcher.failed(position)
                    throw refusal
                }
                return begin(position, identity, isDiverged: isDiverged, request, checkpoints)
            }
        }
    }

    private func identity(of request: CallRequest) -> CallIdentity {
        CallIdentity(
            request.format,
            connection: request.connection.name,
            model: request.pathModel,
            target: request.target,
            isOneDocument: request.isOneDocument,
            body: request.json,
            isSpoken: { openings.begin($0) },
            isIssued: { issuedIDs.contains($0) }
        )
    }

    /// Why a request is refused whose conversation goes round in a circle; what is recorded is served without being asked.
    private func circle(of request: CallRequest) -> GatewayRefusal? {
        guard let fault = job.loops.fault(in: keptTurns.calls(in: request.json, request.format)) else { return nil }
        stopped(by: JobFailure(code: fault.code, message: fault.message, isPermanent: true))
        return GatewayRefusal(.stopped, fault.message)
    }

    private func serve(
        _ position: StepPosition,
        isDrifted: Bool,
        _ request: CallRequest,
        _ checkpoints: JobCheckpoints
    ) async throws -> Delivery? {
        let share = answers.share()
        var taken = 0
        guard let fingerprint = fingerprints[position],
            let checkpoint = try await stores.reading.pass({
                // Whoever read it meanwhile knows what it takes; of many at once, only the first do not.
                taken = sizes[position] ?? 0
                try share.take(taken)
                return try await checkpoints.recorded(position, fingerprint)
            }),
            let answer = KeptAnswer(json: checkpoint.result)
        else {
            await stores.say("the record of call \(position) is lost; it is made again", of: job)
            return nil
        }
        try share.take(max(0, answer.body.count - taken))
        sizes[position] = answer.body.count
        if let turn = turns[position] { keptTurns.answered(turn) }
        statistics.replayed += 1
        statistics.replayedCalls += 1
        // Workers of before have put down a cost for what costs nothing.
        if request.format.isPaid { saved = saved + (checkpoint.record.cost ?? .zero) }
        noteServed(position, isDrifted: isDrifted)
        if reads.served(position) { matcher.goesOn(position) }
        if isDrifted {
            statistics.drifted += 1
            await sayDrifted(position, request, await kept(checkpoint.record.request))
        }
        return Delivery(position: position, source: .kept(answer, share), match: isDrifted ? "drifted" : "exact")
    }

    /// What a request is compared with; nil when that is too large, or lost.
    private func kept(_ request: StoredValue?) async -> JSONValue? {
        guard let request else { return nil }
        if case .blob(let blob) = request, blob.byteCount > Self.longestCompared { return nil }
        // The log says less then, and the call is served all the same.
        return try? await stores.reading.pass { [stores] in
            try await CheckpointReader(store: stores.store).value(request)
        }
    }

    private func sayDrifted(_ position: StepPosition, _ request: CallRequest, _ kept: JSONValue?) async {
        var place = "what tools returned differs"
        if let key = request.format.listKey, let ending = kept.map(RequestTexts.ending),
            let items = request.json[key]?.arrayValue,
            // Before it is cut, since half a secret is not known as one.
            let difference = Difference.first(
                .array(ending),
                stores.redactor.redacted(.array(Array(items.suffix(ending.count))))
            )
        {
            place = "\(key) differ at their end: \(difference)"
        }
        await stores.say("call \(position) (\(request.model)) was served from its record, drifted: \(place)", of: job)
    }

    private func begin(
        _ position: StepPosition,
        _ identity: CallIdentity,
        isDiverged: Bool,
        _ request: CallRequest,
        _ checkpoints: JobCheckpoints
    ) -> Delivery {
        let buffer = AnswerBuffer(stores.liveAnswers.share(of: job.job))
        buffers[position] = buffer
        fingerprints[position] = identity.fingerprint
        statistics.calls += 1
        // Whatever held it up before: it is asked for once more.
        holds[position] = nil
        callNumbers[position, default: 0] += 1
        if isDiverged { statistics.diverged += 1 }
        stores.localCalls.began(job)
        let call = LiveCall(
            attempt: self,
            stores: stores,
            position: position,
            number: callNumbers[position, default: 1],
            identity: identity,
            request: request,
            buffer: buffer,
            checkpoints: checkpoints,
            isDiverged: isDiverged
        )
        let isJudged = job.judge?.models == true && request.format.isPaid
        stores.performer.begin { await isJudged ? call.runWhenApproved() : call.run() }
        return Delivery(position: position, source: .buffer(buffer), match: isDiverged ? "diverged" : "live")
    }

    /// The request of a call as it is kept.
    func text(of request: CallRequest) -> (text: JSONValue, outline: RequestTexts.Outline) {
        let (text, outline) = texts.delta(of: request.json, request.format)
        guard let target = request.target, var fields = text.objectValue else { return (text, outline) }
        fields["target"] = .string(target)
        return (.object(fields), outline)
    }

    /// Which of its equals a call is to people; nil where nobody decides.
    func occurrence(at position: StepPosition) -> Int? { occurrences.number(at: position) }

    func recorded(
        _ position: StepPosition,
        _ summary: AnswerSummary,
        _ outline: RequestTexts.Outline,
        _ turn: KeptTurns.Turn?
    ) {
        // Whoever has gone does not get it.
        noteDepartures()
        issuedIDs.formUnion(summary.ids)
        openings.add(summary.opening)
        if let turn {
            turns[position] = turn
            keptTurns.answered(turn)
        }
        texts.add(position, outline)
        reads.forget(position)
        matcher.recorded(position)
        buffers[position] = nil
    }

    /// What was paid for, or done, could not be recorded.
    func cannotRecord(_ error: any Error) { fault = "\(error)" }

    /// Why nothing more is made or done.
    var cannotGoOn: GatewayRefusal? {
        stop
            ?? fault.map {
                GatewayRefusal(.stopped, "no call is made in this attempt, since none can be recorded: \($0)")
            }
    }

    /// What was read of a response, which is recorded from here on.
    func takeReads(of response: String) -> [EarlyReads.Read] {
        reads.take(of: response).filter { matcher.keeps($0.position) }
    }

    /// An answer was passed on that is not recorded, since it may be another one the next time.
    func passedOn(_ position: StepPosition, _ read: EarlyReads.Read?) {
        statistics.calls -= 1
        if let read { reads.passedOn(read) }
        failed(position)
    }

    func failed(_ position: StepPosition) {
        noteDepartures()
        matcher.failed(position)
        buffers[position] = nil
    }

}

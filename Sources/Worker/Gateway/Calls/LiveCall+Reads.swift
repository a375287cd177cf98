import Checkpoints
import JobModel
import Recordings
import Storage

/// Answers that may be other ones the next time.
extension LiveCall {
    /// Has an answer remembered that is passed on and not recorded.
    func passedOn(_ answer: KeptAnswer, _ summary: AnswerSummary, startedAt: WallTime) async {
        await attempt.passedOn(
            position,
            request.response.map {
                EarlyReads.Read(
                    position: position,
                    call: later,
                    answer: answer,
                    summary: summary,
                    startedAt: startedAt,
                    kept: EarlyReads.Kept(response: $0, count: 1)
                )
            }
        )
    }

    /// The same call, to be recorded later.
    ///
    /// What its clients read goes with them.
    private var later: @Sendable (GatewayAttempt) -> LiveCall {
        { [stores, position, number, identity, request, checkpoints, isDiverged] attempt in
            LiveCall(
                attempt: attempt,
                stores: stores,
                position: position,
                number: number,
                identity: identity,
                request: request,
                buffer: AnswerBuffer(),
                checkpoints: checkpoints,
                isDiverged: isDiverged
            )
        }
    }

    /// Records what was last read of a response before that is stopped or deleted: no later attempt could read it.
    func recordReads() async throws {
        guard request.format == .keptChange, let response = request.response else { return }
        for read in await attempt.takeReads(of: response) {
            do {
                try await read.call(attempt).record(
                    read.answer,
                    read.summary,
                    (nil, nil),
                    startedAt: read.startedAt,
                    reads: read.kept
                )
            } catch let failure as Failure {
                throw Failure(
                    refusal: failure.refusal,
                    settlement: .failed("what was read of \(response) before could not be recorded")
                )
            }
        }
    }
}

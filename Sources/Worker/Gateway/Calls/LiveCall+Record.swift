import Checkpoints
import JobModel
import Recordings
import Storage
import Tools

/// What is kept of a call.
extension LiveCall {
    /// Makes an answer durable.
    ///
    /// - Returns: What its record carries.
    /// - Throws: `Failure` when that is not possible.
    @discardableResult func record(
        _ answer: KeptAnswer,
        _ summary: AnswerSummary,
        _ paid: (usage: JSONValue?, cost: MicroDollars?),
        startedAt: WallTime,
        reads: EarlyReads.Kept? = nil
    ) async throws -> CallIndex {
        let (text, outline) = await attempt.text(of: request)
        let turn = KeptTurns.turn(of: request.json, request.format, id: summary.ids.first, calls: summary.calls)
        let index = CallIndex(
            lineage: identity.lineage,
            head: identity.head,
            ids: summary.ids,
            opening: summary.opening,
            end: outline.end,
            occurrence: await attempt.occurrence(at: position),
            turn: turn,
            reads: reads,
            told: summary.told.flatMap { usage in
                request.response.map { AwaitedCosts.Told(response: $0, usage: usage) }
            },
            isDiverged: isDiverged
        )
        do {
            try await checkpoints.record(
                FinishedStep(
                    position: position,
                    fingerprint: identity.fingerprint,
                    kind: .model,
                    startedAt: startedAt,
                    endedAt: .now,
                    // It is compared by digests of what the program sent; this is for people.
                    request: stores.redactor.redacted(text),
                    result: answer.json,
                    usage: paid.usage,
                    cost: paid.cost,
                    carries: index.json
                )
            )
        } catch {
            await attempt.cannotRecord(error)
            throw Failure(
                refusal: GatewayRefusal(.badAnswer, "the answer could not be recorded: \(error)"),
                settlement: .unknown("its answer could not be recorded: \(error)")
            )
        }
        await attempt.recorded(position, summary, outline, turn)
        return index
    }
}

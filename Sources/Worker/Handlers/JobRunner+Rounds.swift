import JobModel
import Storage
import Workflow

extension JobRunner {
    /// Runs a job's handler: once or, where it is repeated, round by round until its output is good.
    ///
    /// Each round's steps have positions of their own, so that an attempt that comes later takes all rounds from their
    /// checkpoints.
    func work(_ handler: any JobHandler, _ context: JobContext) async throws -> JSONValue {
        guard let loop = context.definition.flow.loop else { return try await handler.run(context) }
        var last: JSONValue?
        for round in 1...loop.atMost {
            var context = context
            context.expressions.locals[.round] = .integer(Int64(round))
            context.expressions.locals[.previous] = last
            context.steps.begin(round: round)
            context.scratch = ScratchDirectory(
                root: scratchRoot,
                job: context.job.id,
                epoch: context.job.epoch,
                round: round
            )
            let output = try await handler.run(context)
            context.expressions.locals[.output] = output
            if try context.evaluate({ expressions throws(ExpressionError) in try loop.until.isTrue(in: expressions) }) {
                return output
            }
            context.log.event("round \(round) of at most \(loop.atMost): \(loop.until) is not true yet")
            last = output
        }
        switch loop.otherwise {
        case .accept: return last ?? .null
        case .fail:
            throw JobFailure(
                code: "repeat-exhausted",
                message: "after \(loop.atMost) rounds, \(loop.until) is still not true",
                isPermanent: true
            )
        }
    }
}

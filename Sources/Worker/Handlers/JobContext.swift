import JobModel
import Logging
import Storage
import Workflow

/// What a handler has, to run one attempt of a job.
struct JobContext: Sendable {
    let job: ClaimedJob
    let definition: JobDefinition
    /// In what the definition's expressions are evaluated.
    var expressions: ExpressionContext
    let steps: JobSteps
    /// What the job takes over from another run; nil when its run is no fork.
    let fork: JobFork?
    let log: JobLog
    /// Where people are asked.
    let approvals: ApprovalDesk
    let money: JobMoney
    /// A directory of this attempt alone, which is removed afterwards.
    var scratch: ScratchDirectory

    /// Turns an expression without a value into the job's failure.
    func evaluate<Value>(_ body: (ExpressionContext) throws(ExpressionError) -> Value) throws(JobFailure) -> Value {
        do throws(ExpressionError) {
            return try body(expressions)
        } catch {
            throw JobFailure(code: "expression", message: "\(error)", isPermanent: true)
        }
    }

    /// The text of a template.
    func text(_ template: Template) throws(JobFailure) -> String {
        try evaluate { expressions throws(ExpressionError) in try template.text(in: expressions) }
    }
}

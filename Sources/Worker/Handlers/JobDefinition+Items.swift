import Storage
import Workflow

extension JobDefinition {
    /// Whether the condition is judged for a claimed job: that of a mapped job is judged for each item where it reads the
    /// item, and once for all otherwise.
    func isJudged(by job: ClaimedJob) -> Bool {
        guard flow.map != nil, let when else { return true }
        let readsItem = when.references.contains(.local(.item)) || when.references.contains(.local(.index))
        return readsItem == (job.item != nil)
    }

    /// The jobs whose outputs and states a claimed job reads: a mapped job reads its list, its items all else.
    func reads(for job: ClaimedJob) -> (outputs: Set<String>, states: Set<String>) {
        guard let map = flow.map, job.item == nil else { return (flow.outputs, flow.states) }
        var own = JobFlow()
        own.references = map.over.references
        if case .value(let fold) = map.fold { own.references.formUnion(fold.references) }
        if let when, isJudged(by: job) { own.references.formUnion(when.references) }
        return (own.outputs, own.states)
    }
}

package import JobModel

/// Which runs are listed.
package struct RunFilter: Equatable, Sendable {
    /// Only runs in this state; nil for all.
    package var state: RunState?
    /// Only runs of the workflow with this name; nil for all.
    package var workflow: String?
    /// Only runs older than this one; nil to begin with the newest.
    package var before: RunID?

    package init(state: RunState? = nil, workflow: String? = nil, before: RunID? = nil) {
        self.state = state
        self.workflow = workflow
        self.before = before
    }
}

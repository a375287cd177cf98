/// Which submissions of a workflow become one run.
package struct StartRule: Equatable, Sendable {
    /// How they do.
    package enum Kind: Equatable, Sendable {
        /// While a run is unfinished, submissions return it.
        case singleton
        /// A run starts so long after the last submission, and at most so long after the first of them; each takes the
        /// place of the one before.
        case debounce(wait: Duration, atMost: Duration?)
    }

    package let kind: Kind
    /// Which submissions belong together, within a workflow and a team.
    package let key: String

    package init(kind: Kind, key: String) {
        self.kind = kind
        self.key = key
    }
}

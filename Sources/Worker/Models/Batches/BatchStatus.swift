/// How far a batch has come at its provider.
package enum BatchStatus: Equatable, Sendable {
    /// It is worked on; with the provider's own account of it, for people.
    case running(String)
    case ended(Ended)
    /// The provider does not know it.
    case gone

    /// A batch of which nothing more will come.
    package struct Ended: Equatable, Sendable {
        /// Where its answers are fetched: names of files, or an address.
        package var results: [String]
        /// What became of requests without an answer.
        package var missing: BatchResult.Outcome

        package init(results: [String], missing: BatchResult.Outcome) {
            self.results = results
            self.missing = missing
        }
    }
}

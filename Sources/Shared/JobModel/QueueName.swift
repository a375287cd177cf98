/// The name of a queue whose jobs not every worker can run: a queue of the workflow file, and what a worker must have.
///
/// Jobs of the queue `default` that need the handler `score` stand in `default/handler:score`, and those that need two
/// tools in `default/tool:find+tool:look`. A worker claims from it when it claims from `default` and has all of that; so
/// one that lacks it never holds such a job. What needs nothing stands in the queue itself.
package struct QueueName: Hashable, Sendable {
    /// The queue that the workflow file names.
    package let queue: String
    /// What a worker must have, such as `handler:score`.
    package let needs: Set<String>

    package init(_ queue: String, needs: Set<String> = []) {
        self.queue = queue
        self.needs = needs
    }

    /// Reads a name as it stands in the database.
    package init(text: String) {
        let parts = text.split(separator: "/", maxSplits: 1)
        queue = parts.first.map(String.init) ?? text
        needs = parts.count < 2 ? [] : Set(parts[1].split(separator: "+").map(String.init))
    }

    /// The name as it stands in the database.
    package var text: String { needs.isEmpty ? queue : queue + "/" + needs.sorted().joined(separator: "+") }
}

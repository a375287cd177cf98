/// What a job asks of the worker that runs it, or what a worker has: pairs such as `gpu=a100`.
///
/// A job that asks for labels stands in a queue of its own, whose name says which: `default;gpu=a100;region=eu`. So a claim
/// looks at one queue as ever, and a worker claims from all those queues whose labels it has.
package struct Labels: Equatable, Sendable {
    /// The most labels of a job.
    package static let maximumCount = 10
    /// The name of the label that stands for a handler that not all workers have.
    package static let handler = "handler"
    /// The name of the label that stands for a tool that not all workers have.
    package static let tool = "tool"

    package private(set) var pairs: Set<String>

    package init(_ pairs: some Sequence<(name: String, value: String)> = []) {
        self.pairs = Set(pairs.map { "\($0.name)=\($0.value)" })
    }

    /// Reads pairs such as `gpu=a100`; nil where one of them is something else.
    package init?(pairs: some Sequence<String>) {
        self.pairs = Set(pairs)
        for pair in self.pairs {
            let parts = pair.split(separator: "=", omittingEmptySubsequences: false)
            guard parts.count == 2, parts.allSatisfy({ Self.isValue(String($0)) }) else { return nil }
        }
    }

    /// These and others.
    package func adding(_ others: some Sequence<(name: String, value: String)>) -> Labels {
        var all = self
        all.pairs.formUnion(Labels(others).pairs)
        return all
    }

    /// These and other pairs.
    package func adding(pairs others: Set<String>) -> Labels {
        var all = self
        all.pairs.formUnion(others)
        return all
    }

    /// Whether a text may be the value of a label: 1 to 63 letters, digits, dots, `_` and `-`.
    package static func isValue(_ text: String) -> Bool {
        (1...63).contains(text.utf8.count)
            && text.unicodeScalars.allSatisfy { scalar in
                switch scalar {
                case "a"..."z", "A"..."Z", "0"..."9", ".", "_", "-": true
                default: false
                }
            }
    }

    /// The queue of the jobs that ask for these labels, among those of another queue.
    package func queue(in base: String) -> String { ([base] + pairs.sorted()).joined(separator: ";") }

    /// A queue's name before its labels, and these.
    package static func split(_ queue: String) -> (base: String, pairs: [String]) {
        let parts = queue.split(separator: ";").map(String.init)
        return (parts.first ?? queue, Array(parts.dropFirst()))
    }

    /// Whether a worker that has these labels, and claims from `queues`, claims from a queue too.
    package func mayClaim(from queue: String, among queues: [String]) -> Bool {
        let (base, asked) = Self.split(queue)
        return queues.contains(base) && pairs.isSuperset(of: asked)
    }
}

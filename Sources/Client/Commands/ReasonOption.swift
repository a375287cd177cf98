import ArgumentParser
import JobModel

/// Why somebody does something; the audit log keeps it.
struct ReasonOption: ParsableArguments {
    @Option(name: .long, help: "Why; the audit log keeps it.")
    var reason: String?

    /// The members of a request that say it.
    var members: JSONObject { reason.map { ["reason": .string($0)] } ?? [:] }
}

extension JSONObject {
    /// These members, and others besides.
    func merging(_ others: JSONObject) -> JSONObject {
        others.reduce(into: self) { $0[$1.key] = $1.value }
    }
}

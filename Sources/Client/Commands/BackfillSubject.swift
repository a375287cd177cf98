import JobModel

/// What a backfill starts runs of: a schedule or a trigger, as a person has named it.
struct BackfillSubject: Equatable {
    enum Kind: String {
        case schedule, trigger

        var plural: String { rawValue + "s" }
        /// How that is given for which there is a run each.
        var options: String {
            switch self {
            case .schedule: "due times are given by --from and --to"
            case .trigger: "partitions are given by --partition"
            }
        }
    }

    let kind: Kind
    let workflow: String
    let name: String

    var whole: String { "\(workflow)/\(name)" }

    /// All that there is.
    static func all(on api: SchedulerAPI) async throws -> [BackfillSubject] {
        let schedules = try await api.schedules().list("schedules").map { (Kind.schedule, $0) }
        let triggers = try await api.triggers().list("triggers").map { (Kind.trigger, $0) }
        return (schedules + triggers).map {
            BackfillSubject(kind: $0, workflow: $1.text("workflow"), name: $1.text("name"))
        }
    }

    /// The one that a person means.
    ///
    /// - Parameter text: Its workflow and name, or the workflow where it has only one of the kind.
    /// - Throws: `ClientError` with the names that there are.
    static func find(_ text: String, _ kind: Kind, in all: [BackfillSubject]) throws(ClientError) -> BackfillSubject {
        let found = all.filter { $0.workflow == text || $0.whole == text }
        let fitting = found.filter { $0.kind == kind }
        if fitting.count == 1 { return fitting[0] }
        guard fitting.isEmpty else {
            throw .usage("\(text) has several \(kind.plural), of which one must be named: \(list(fitting))")
        }
        if let other = found.first {
            guard other.whole == text else {
                throw .usage("\(text) has no \(kind.rawValue), but \(names(found)), whose \(other.kind.options)")
            }
            throw .usage("\(text) is a \(other.kind.rawValue), whose \(other.kind.options)")
        }
        let workflow = text.split(separator: "/", maxSplits: 1).first.map(String.init) ?? text
        let near = all.filter { $0.workflow == workflow }
        guard near.isEmpty else {
            throw .notFound("there is no \(kind.rawValue) \"\(text)\"; \(workflow) has \(names(near))")
        }
        throw .notFound("there is no \(kind.rawValue) \"\(text)\"; 'chassis \(kind.plural)' lists them")
    }

    /// What there is, by kind.
    private static func names(_ subjects: [BackfillSubject]) -> String {
        let kinds = [Kind.schedule, .trigger].compactMap { kind -> String? in
            let names = subjects.filter { $0.kind == kind }
            return names.isEmpty ? nil : "the \(names.count == 1 ? kind.rawValue : kind.plural) \(list(names))"
        }
        return kinds.joined(separator: " and ")
    }

    private static func list(_ subjects: [BackfillSubject]) -> String {
        subjects.map(\.whole).joined(separator: ", ")
    }
}

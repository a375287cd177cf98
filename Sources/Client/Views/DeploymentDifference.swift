import JobModel
import Workflow

/// What a deployment changes in a workflow, for people.
struct DeploymentDifference {
    private let before: String
    private let after: String

    init(from before: String, to after: String) {
        self.before = before
        self.after = after
    }

    /// The name in a workflow file; nil where it cannot be read.
    static func name(of source: String) -> String? { definition(source)?.name }

    private static func definition(_ source: String) -> WorkflowDefinition? {
        // What is deployed may be of a version that this program does not read; then only its lines are compared.
        try? WorkflowFile.parse(Array(source.utf8), name: "workflow.yaml", isKept: true)
    }

    var lines: [StyledLine] {
        var lines: [StyledLine] = []
        if let old = Self.definition(before), let new = Self.definition(after) {
            lines += Self.facts(old, new).map { StyledLine("  " + $0) }
        }
        let texts = (Self.lines(before), Self.lines(after))
        let part = RunDifference.Part(title: "", lines: LineDifference.compare(texts.0, texts.1))
        return lines + RunDifferenceView.lines(part, indent: "  ").dropFirst()
    }

    private static func lines(_ text: String) -> [String] {
        text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    /// What changes, a sentence for each thing.
    private static func facts(_ old: WorkflowDefinition, _ new: WorkflowDefinition) -> [String] {
        var facts = changes("job", old.jobs, new.jobs, \.name)
        facts += changes("schedule", old.schedules, new.schedules, \.name)
        facts += changes("param", old.params, new.params, \.name)
        if old.team != new.team { facts.append("the team becomes \(new.team ?? "that of whoever submits")") }
        if old.budget != new.budget { facts.append("the budget of a run changes") }
        if old.watches != new.watches { facts.append("the deadline of a run changes") }
        if old.notices != new.notices { facts.append("the endings that are told change") }
        return facts.isEmpty ? ["nothing but comments, order or descriptions changes"] : facts
    }

    private static func changes<Thing: Equatable>(
        _ kind: String,
        _ old: [Thing],
        _ new: [Thing],
        _ name: (Thing) -> String
    ) -> [String] {
        let before = Dictionary(old.map { (name($0), $0) }) { first, _ in first }
        let after = Set(new.map(name))
        let added = new.filter { before[name($0)] == nil }.map { "adds the \(kind) \(name($0))" }
        let changed = new.filter { thing in before[name(thing)].map { $0 != thing } ?? false }
            .map { "changes the \(kind) \(name($0))" }
        let removed = old.filter { !after.contains(name($0)) }.map { "removes the \(kind) \(name($0))" }
        return added + changed + removed
    }
}

internal import JobModel

/// Workflows that would start each other without an end: by the assets that their jobs produce, or as child runs.
///
/// What one file does to itself its own reading reports. A trigger with `where` ends a cycle by assets: it says which updates
/// count. A cycle of child runs has no end whatever its conditions; a run of it is refused.
package struct StartCycles {
    /// A workflow file that is right by itself.
    package struct File: Sendable {
        /// The file's name for messages.
        package let name: String
        package let text: String
        package let definition: WorkflowDefinition

        package init(name: String, text: String, definition: WorkflowDefinition) {
            self.name = name
            self.text = text
            self.definition = definition
        }
    }

    /// What starts a workflow: an event that a run of another tells of.
    private struct Start {
        let workflow: String
        let event: String
    }

    /// The team of a workflow that names none.
    private static let defaultTeam = "default"

    private let files: [File]
    private let byName: [String: File]

    /// - Parameter files: Of those that have one workflow's name the first one counts.
    package init(_ files: [File]) {
        var seen: Set<String> = []
        self.files = files.filter { seen.insert($0.definition.name).inserted }
        byName = Dictionary(uniqueKeysWithValues: self.files.map { ($0.definition.name, $0) })
    }

    /// A fault for each cycle, at the first of its files.
    package var faults: [WorkflowFault] { faultsOfChildren + faultsOfAssets }

    // MARK: Child runs

    private var faultsOfChildren: [WorkflowFault] {
        do throws(WorkflowCycles) {
            _ = try WorkflowGraph(files.map { ($0.definition.name, children(of: $0.definition)) })
            return []
        } catch {
            // What a file starts by itself is reported there.
            return error.cycles.filter { $0.count > 1 }.compactMap { cycle in
                guard let file = byName[cycle[0]] else { return nil }
                let job = file.definition.jobs.first { $0.child == cycle[1] }?.name ?? ""
                return fault(
                    in: file,
                    at: ["jobs", job],
                    "the workflows would start each other as child runs, without an end: "
                        + (cycle + [cycle[0]]).joined(separator: " → "),
                    hint: nil
                )
            }
        }
    }

    /// The workflows among the files that jobs of a workflow start, each once.
    private func children(of definition: WorkflowDefinition) -> [String] {
        var seen: Set<String> = []
        return definition.jobs.compactMap(\.child).filter { byName[$0] != nil && seen.insert($0).inserted }
    }

    // MARK: Assets

    private var faultsOfAssets: [WorkflowFault] {
        let produced = Dictionary(uniqueKeysWithValues: byName.map { ($0.key, products(of: $0.value.definition)) })
        var tellers = self.tellers(produced)
        var names = Set(byName.keys)
        var starts: [String: Start] = [:]
        // Those go that nothing starts which is left, and then whom they started: what is left keeps itself going.
        var open = files.map(\.definition.name)
        while let name = open.popLast() {
            guard names.contains(name) else { continue }
            starts[name] = start(of: name, by: tellers)
            guard starts[name] == nil else { continue }
            names.remove(name)
            for news in told(by: name, produced) {
                tellers[news]?.removeAll { $0 == name }
                open += files.lazy.map(\.definition).filter { hears($0, news) }.map(\.name)
            }
        }
        let jobs = files.map { file in
            (name: file.definition.name, needs: starts[file.definition.name].map { [$0.workflow] } ?? [])
        }
        let placed = Set(byName.keys).subtracting(names)
        return WorkflowCycles(among: jobs, placed: placed).cycles.compactMap { fault(of: $0, starts) }
    }

    /// News of an event, of which one team hears.
    private struct News: Hashable {
        let team: String
        let event: String
    }

    private func team(of definition: WorkflowDefinition) -> String { definition.team ?? Self.defaultTeam }

    private func hears(_ definition: WorkflowDefinition, _ news: News) -> Bool {
        team(of: definition) == news.team
            && definition.eventTriggers.contains { $0.condition.names.contains(news.event) }
    }

    /// What runs of a workflow tell of.
    private func told(by name: String, _ produced: [String: Set<String>]) -> [News] {
        guard let definition = byName[name]?.definition else { return [] }
        return (produced[name] ?? []).map { News(team: team(of: definition), event: $0) }
    }

    /// Which workflows tell of something, in the order of the files.
    private func tellers(_ produced: [String: Set<String>]) -> [News: [String]] {
        files.map(\.definition.name).reduce(into: [:]) { tellers, name in
            for news in told(by: name, produced) { tellers[news, default: []].append(name) }
        }
    }

    /// The events that runs of a workflow tell of, those of the runs that their jobs start included.
    private func products(of definition: WorkflowDefinition) -> Set<String> {
        var events: Set<String> = []
        var seen: Set<String> = []
        var open = [definition.name]
        while let name = open.popLast() {
            guard seen.insert(name).inserted, let found = byName[name]?.definition else { continue }
            for job in found.jobs {
                events.formUnion(job.flow.products.compactMap { $0.asset.literal.map(AssetName.event) })
            }
            open += children(of: found)
        }
        return events
    }

    /// What starts a workflow out of what is told; nil for nothing, or where it says which updates count.
    private func start(of name: String, by tellers: [News: [String]]) -> Start? {
        guard let definition = byName[name]?.definition else { return nil }
        let team = self.team(of: definition)
        func first(toTellOf event: String) -> String? { tellers[News(team: team, event: event)]?.first }
        for trigger in definition.eventTriggers where trigger.filter == nil {
            let present = Set(trigger.condition.names.filter { first(toTellOf: $0) != nil })
            guard let event = trigger.condition.taken(of: present)?.min(), let teller = first(toTellOf: event) else {
                continue
            }
            return Start(workflow: teller, event: event)
        }
        return nil
    }

    /// - Parameter cycle: Each of them is started by the one behind it, the last one by the first.
    private func fault(of cycle: [String], _ starts: [String: Start]) -> WorkflowFault? {
        guard let first = cycle.first, let file = byName[first] else { return nil }
        // In the order in which they start: the first one starts the last.
        let steps = (cycle.dropFirst().reversed() + [first]).compactMap { name in
            starts[name].map { start in
                "\(start.workflow) produces \(AssetName.asset(of: start.event) ?? start.event), which starts \(name)"
            }
        }
        return fault(
            in: file,
            at: ["triggers"],
            "the workflows would start each other, without an end: \(steps.joined(separator: "; "))",
            hint: "say with where, in a trigger of one of them, which updates count"
        )
    }

    private func fault(in file: File, at path: [String], _ message: String, hint: String?) -> WorkflowFault {
        var node = SourceReader.read(Array(file.text.utf8), contents: nil, faults: FaultCollector(file: file.name))
        var place = node?.place
        for key in path {
            guard case .mapping(let entries)? = node?.content, let entry = entries.first(where: { $0.key == key })
            else { break }
            node = entry.value
            place = entry.keyPlace
        }
        return WorkflowFault(
            file: file.name,
            line: place?.line ?? 1,
            column: place?.column ?? 1,
            path: path.joined(separator: "."),
            message: message,
            hint: hint
        )
    }
}

extension JobDefinition {
    /// The workflow whose run it starts, where it is a job of that kind.
    fileprivate var child: String? {
        if case .workflow(let child) = kind { child.workflow } else { nil }
    }
}

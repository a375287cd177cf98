import JobModel
import Postgres
import Storage
import Workflow

/// One look at a locked trigger: which of its news count, and which runs take them.
struct TriggerTurn {
    /// The most runs that may start each other by events, one behind the other.
    static let longestChain = 32
    /// The most events of one run, shared by the names of its trigger.
    static let mostEvents = 1_000
    /// How often new events are looked at in one turn, so many at once, before runs are made of those that count.
    private static let mostLooks = 50
    /// The most data of the events of one run, as JSON text in bytes; the first event of each name is taken all the same.
    static let mostBytes = 1 << 20

    let trigger: EventTriggerStore.Taken
    let definition: EventTriggerDefinition
    let workflow: WorkflowDefinition
    let source: String
    let store: EventTriggerStore
    let connection: PostgresConnection
    /// Its runs that have not ended.
    var active: [RunID]
    var done: EventTriggerStarter.Done

    init(
        trigger: EventTriggerStore.Taken,
        definition: EventTriggerDefinition,
        workflow: WorkflowDefinition,
        source: String,
        store: EventTriggerStore,
        connection: PostgresConnection,
        active: [RunID]
    ) {
        self.trigger = trigger
        self.definition = definition
        self.workflow = workflow
        self.source = source
        self.store = store
        self.connection = connection
        self.active = active
        done = EventTriggerStarter.Done(trigger: "\(trigger.workflow)/\(trigger.name)")
    }

    /// How many more runs may start now.
    private var room: Int {
        min(EventTriggerStarter.batch, trigger.mostActive.map { $0 - active.count } ?? .max) - done.runs.count
    }

    /// Looks at what is new and starts what may start.
    mutating func take() async throws {
        guard room > 0 else { return }
        switch definition.gather {
        case .none:
            for event in try await look(after: 0).counted where room > 0 { try await start(taking: [event]) }
        case .all:
            try await gather(key: nil, try await lookAtAll().flatMap(\.events))
        case .partition:
            // What there is no room for stays new.
            for (key, events) in try await lookAtAll() where room > 0 { try await gather(key: key, events) }
        }
    }

    /// Judges some of what is new, and forgets what does not count.
    ///
    /// - Returns: What counts, and behind which event more may come; nil where none does.
    private mutating func look(after last: Int64) async throws -> (counted: [News], next: Int64?) {
        let news = try await store.news(
            of: trigger,
            after: last,
            withData: definition.gather == .none || definition.filter != nil,
            limit: EventTriggerStarter.newsAtOnce,
            on: connection
        )
        let counted = try news.filter { try $0.isHeard && counts($0.event) }
        let ids = Set(counted.map(\.event.id))
        try await store.drop(news.map(\.event.id).filter { !ids.contains($0) }, of: trigger, on: connection)
        return (counted, news.count < EventTriggerStarter.newsAtOnce ? nil : news.last?.event.id)
    }

    /// The keys of what counts of all that is new, in the order in which they came, each with its events; of keys, as many as there
    /// is room for.
    private mutating func lookAtAll() async throws -> [(key: String, events: [Int64])] {
        var groups: [(key: String, events: [Int64])] = []
        var places: [String: Int] = [:]
        var last: Int64 = 0
        for _ in 0..<Self.mostLooks {
            let (counted, next) = try await look(after: last)
            for event in counted {
                let key = event.event.key ?? ""
                let place = places[key] ?? groups.count
                if place == groups.count {
                    places[key] = place
                    groups.append((key, []))
                }
                groups[place].events.append(event.event.id)
            }
            guard let next, definition.gather == .all || groups.count < room else { break }
            last = next
        }
        return groups
    }

    /// Whether an event counts; one about which that cannot be said does not, and the trigger shows why.
    private mutating func counts(_ event: KeptEvent) throws -> Bool {
        do throws(ExpressionError) {
            return try definition.accepts(event.json)
        } catch {
            // What is not there is not what is looked for.
            if case .missing = error.reason { return false }
            done.refusals.append("event \(event.id): \(error)")
            return false
        }
    }

    /// Starts a run that takes all there is, of one key or of any, where that is enough.
    private mutating func gather(key: String?, _ new: [Int64]) async throws {
        // What does not start now waits, and is looked at again with what comes next.
        try await store.hold(new, of: trigger, on: connection)
        let names = definition.condition.names
        let present = try await store.present(names, key: key, of: trigger, on: connection)
        guard let taken = definition.condition.taken(of: present) else { return }
        let limit = max(1, Self.mostEvents / taken.count)
        let found = try await store.gather(taken, key: key, limit: limit, of: trigger, on: connection)
        let fitting = Self.fitting(found)
        try await start(taking: fitting)
        let isCut = taken.contains { name in found.count { $0.event.name == name } == limit }
        if isCut || fitting.count < found.count {
            try await store.renew(taken, key: key, of: trigger, on: connection)
        }
    }

    /// As many of the events as fit into a run, and the first of each name.
    static func fitting(_ news: [News]) -> [News] {
        var bytes = 0
        var seen: Set<String> = []
        return news.filter { event in
            let isFirst = seen.insert(event.event.name).inserted
            let size = event.event.data.encoded().count
            guard isFirst || bytes + size <= mostBytes else {
                bytes = mostBytes
                return false
            }
            bytes += size
            return true
        }
    }

    /// Starts a run that takes events, or notes why it cannot.
    private mutating func start(taking news: [News]) async throws {
        guard let last = news.last else { return }
        let depth = (news.map(\.depth).max() ?? 0) + 1
        guard depth <= Self.longestChain else {
            try await refuse(
                news,
                "event \(last.event.id) stands at the end of a chain of \(Self.longestChain) runs that started each "
                    + "other by events; no further run is started"
            )
            return
        }
        let submission: RunStore.Submission
        do {
            let facts = TriggerFacts(events: news.map(\.event.json))
            submission = try definition.submission(of: workflow, source: source, facts)
        } catch let error as ExpressionError {
            return try await refuse(news, "event \(last.event.id): \(error)")
        } catch let problem as Problem {
            return try await refuse(news, "event \(last.event.id): \(problem.detail)")
        }
        let run = try await store.start(submission, taking: news, for: trigger, on: connection)
        done.runs.append(run)
        if trigger.mostActive != nil { active.append(run) }
        done.queues += submission.firstQueues
    }

    private mutating func refuse(_ news: [News], _ reason: String) async throws {
        done.refusals.append(reason)
        try await store.refuse(news, of: trigger, error: reason, on: connection)
    }
}

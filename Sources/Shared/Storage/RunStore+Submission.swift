package import JobModel

/// What is submitted, and what comes of it.
extension RunStore {
    /// One job of a run that is to be started.
    package struct NewJob: Equatable, Sendable {
        package var name: String
        package var kind: String
        package var queue: String
        /// Higher goes first; -32768 to 32767, by default 0.
        package var priority: Int16
        /// The names of the jobs it needs.
        package var needs: [String]
        /// What its needs must have come to; nil where all must have succeeded.
        package var rule: String?
        /// Whether its failure fails the run, by default true.
        package var isDecisive: Bool
        /// What it has to pass before it becomes pending.
        package var gates: [Gate]
        /// Whether it is held until the door lets it through.
        var isHeld: Bool
        /// What schedulers watch of it.
        package var watches: [WatchTerms]

        package init(
            name: String,
            kind: String,
            queue: String = "default",
            priority: Int16 = 0,
            needs: [String] = [],
            rule: String? = nil,
            isDecisive: Bool = true,
            gates: [Gate] = [],
            watches: [WatchTerms] = []
        ) {
            self.name = name
            self.kind = kind
            self.queue = queue
            self.priority = priority
            self.needs = needs
            self.rule = rule
            self.isDecisive = isDecisive
            self.gates = gates
            isHeld = !gates.isEmpty
            self.watches = watches
        }
    }

    /// A run that is to be started.
    package struct Submission: Sendable {
        package var workflow: String
        /// The workflow file as it was given; its content makes the version.
        package var source: String
        package var team: String
        package var params: JSONObject
        package var jobs: [NewJob]
        package var idempotencyKey: String?
        /// Who asks for it; nil when nobody does.
        package var requester: String?
        /// What all of its jobs have to pass before they become pending.
        package var gates: [Gate] = []
        /// The line its jobs stand in; nil for the team's.
        package var share: LineShare?
        /// Which other submissions become one run with it.
        package var start: StartRule?
        /// Whether it starts later.
        var isDelayed = false
        /// What schedulers watch of the run itself.
        package var watches: [WatchTerms] = []
        /// The endings of which somebody is told.
        package var notices: Set<RunState> = []
        /// The versions of other workflows that its file names: they stay while its own does.
        package var namedVersions: [VersionName] = []

        /// The queues of the jobs that need no other: what it makes pending stands in them.
        package var firstQueues: [String] { jobs.filter(\.needs.isEmpty).map(\.queue) }

        package init(
            workflow: String,
            source: String,
            team: String = "default",
            params: JSONObject = [:],
            jobs: [NewJob],
            idempotencyKey: String? = nil
        ) {
            self.workflow = workflow
            self.source = source
            self.team = team
            self.params = params
            self.jobs = jobs
            self.idempotencyKey = idempotencyKey
        }
    }

    /// What became of a submission.
    package struct Receipt: Equatable, Sendable {
        package let run: RunID
        /// False when the idempotency key named an earlier run.
        package let isNew: Bool
    }

    /// What a cancellation did.
    package struct Cancellation: Equatable, Sendable {
        /// How many jobs workers still hold; they end them.
        package let running: Int
        /// The queues that got pending jobs by it: those that always run.
        package var readied: Set<String> = []
    }

    /// A version of a workflow, as it was submitted.
    package struct Version: Equatable, Sendable {
        package let workflow: String
        package let number: Int
        package let source: String
    }
}

package import Checkpoints
import Digests
package import JobModel
package import Storage

/// The attempt of a job whose program uses the gateway.
package struct GatewayJob: Equatable, Sendable {
    package var run: RunID
    package var job: JobID
    package var epoch: LeaseEpoch
    package var attempt: Int
    /// Where the job takes over what another job's programs recorded through the gateway, if it does.
    package var fork: ForkPoint?
    /// A step that a program named, and that is not done in a fork, since its result was given.
    package var given: GivenStep?
    /// What the workflow file says of the job's money.
    package var bounds: PaidCall.Bounds
    /// How often its model may make the same calls.
    package var loops: LoopLimits
    /// Who judges what the program does, where people decide about some of it.
    package var judge: Judge?
    /// Whether people decide about calls or steps before they are made.
    var isAskedAbout: Bool { judge.map { $0.models || $0.steps } ?? false }
    /// Whether what its calls have cost decides about what its program may do next; then each is settled before its answer is there.
    package var asksByCost: Bool

    /// Who judges calls, and which ones.
    package struct Judge: Equatable, Sendable {
        /// The address, which is the worker's.
        package var url: Secret
        package var models: Bool
        package var steps: Bool

        package init(url: Secret, models: Bool, steps: Bool) {
            self.url = url
            self.models = models
            self.steps = steps
        }
    }

    package init(
        run: RunID,
        job: JobID,
        epoch: LeaseEpoch,
        attempt: Int,
        fork: ForkPoint? = nil,
        given: GivenStep? = nil,
        bounds: PaidCall.Bounds = PaidCall.Bounds(),
        loops: LoopLimits = LoopLimits(),
        judge: Judge? = nil,
        asksByCost: Bool = false
    ) {
        self.judge = judge
        self.asksByCost = asksByCost
        self.bounds = bounds
        self.loops = loops
        self.run = run
        self.job = job
        self.epoch = epoch
        self.attempt = attempt
        self.fork = fork
        self.given = given
    }

    /// Whether a step is one of the gateway's, and no business of the attempt itself.
    package static func owns(position: String) -> Bool { position.hasPrefix(StepPosition.gatewayPrefix) }

    /// Whether a step is one that a program named.
    package static func isNamed(position: String) -> Bool { position.hasPrefix(StepPosition.namedPrefix) }

    /// What tells the attempt from all others.
    var key: String { "\(job)/\(epoch.rawValue)" }

    var reference: JobReference { JobReference(run: run, job: job, part: .gateway) }

    func identity(
        _ position: StepPosition,
        _ fingerprint: Fingerprint,
        kind: StepKind,
        name: String,
        effect: Effect
    ) -> StepStore.Identity {
        StepStore.Identity(
            job: job,
            epoch: epoch,
            attempt: attempt,
            position: position.description,
            kind: kind.rawValue,
            name: name,
            effect: effect,
            fingerprint: fingerprint.digest.bytes
        )
    }

    /// The same in every attempt, so that a provider that honours it does nothing twice.
    func idempotencyKey(_ position: StepPosition, _ fingerprint: Fingerprint) -> String {
        "chassis-\(run)-\(job)-\(position)-\(fingerprint.hex.prefix(32))"
    }

    var json: JSONValue {
        var object: JSONObject = [
            "run": .integer(run.rawValue), "job": .integer(job.rawValue), "epoch": .integer(epoch.rawValue),
            "attempt": .integer(Int64(attempt)), "bounds": bounds.json, "asks_by_cost": .bool(asksByCost),
            "loops": [.integer(Int64(loops.repeatedCalls)), .integer(Int64(loops.repeatedCycles))],
        ]
        if let judge {
            object["judge"] = [
                "url": .string(judge.url.exposed), "models": .bool(judge.models), "steps": .bool(judge.steps),
            ]
        }
        if let fork {
            object["fork"] = .array(([fork] + fork.origins).map(Self.json(of:)))
        }
        object["given"] = given?.json
        return .object(object)
    }

    private static func json(of point: ForkPoint) -> JSONValue {
        [
            "run": .integer(point.source.run.rawValue), "job": .integer(point.source.job.rawValue),
            "through": point.through.map { .string($0.description) } ?? .null, "cut": point.cut?.json ?? .null,
        ]
    }

    /// Reads the points of a fork, of its source and so on.
    private static func fork(_ json: [JSONValue]) -> ForkPoint? {
        let points = json.compactMap { point -> ForkPoint? in
            guard let run = point["run"]?.integerValue, let job = point["job"]?.integerValue else { return nil }
            return ForkPoint(
                source: JobReference(run: RunID(rawValue: run), job: JobID(rawValue: job), part: .gateway),
                through: point["through"]?.stringValue.flatMap(StepPosition.init),
                cut: point["cut"].flatMap(JournalCut.init)
            )
        }
        return ForkPoint(line: points)
    }

    init?(json: JSONValue) {
        guard let run = json["run"]?.integerValue, let job = json["job"]?.integerValue,
            let epoch = json["epoch"]?.integerValue, let attempt = json["attempt"]?.integerValue
        else { return nil }
        self.init(
            run: RunID(rawValue: run),
            job: JobID(rawValue: job),
            epoch: LeaseEpoch(rawValue: epoch),
            attempt: Int(attempt),
            fork: json["fork"].flatMap { Self.fork($0.arrayValue ?? [$0]) },
            given: json["given"].flatMap(GivenStep.init),
            bounds: PaidCall.Bounds(json: json["bounds"] ?? .null),
            loops: LoopLimits(
                repeatedCalls: Int(json["loops"]?[0]?.integerValue ?? 0),
                repeatedCycles: Int(json["loops"]?[1]?.integerValue ?? 0)
            ),
            judge: json["judge"]?["url"]?.stringValue.map {
                Judge(
                    url: Secret($0),
                    models: json["judge"]?["models"]?.boolValue ?? true,
                    steps: json["judge"]?["steps"]?.boolValue ?? true
                )
            },
            asksByCost: json["asks_by_cost"]?.boolValue ?? false
        )
    }
}

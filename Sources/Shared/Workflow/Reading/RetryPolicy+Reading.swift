internal import JobModel

extension RetryPolicy {
    private static let keys = KnownKeys(["attempts", "delay", "max", "backoff", "jitter", "on"])
    private static let exceptionKeys = KnownKeys(["attempts", "delay", "max", "backoff"])

    /// Reads how a job is tried again; what cannot be used is reported, and is as it is by default.
    init(reading field: SourceField) {
        self.init()
        guard let mapping = field.mapping(Self.keys) else { return }
        if let attempts = mapping["attempts"]?.integer(in: 1...100) { maximumAttempts = attempts }
        let (delay, longest) = Self.waits(mapping)
        baseDelay = delay ?? min(baseDelay, longest ?? baseDelay)
        maximumDelay = longest ?? max(maximumDelay, baseDelay)
        if let growth = mapping["backoff"]?.choice(Growth.self) { self.growth = growth }
        if let jitter = mapping["jitter"]?.choice(Jitter.self) { self.jitter = jitter }
        for (name, key, value) in mapping["on"]?.entries(of: "faults", atMost: 100) ?? [] {
            guard Naming.fault(of: name) == nil else {
                key.fault(
                    "\(quoted(name)) is no kind of fault",
                    hint:
                        "kinds are \(JobFailure.Kind.allCases.map(\.rawValue).joined(separator: ", ")), and the codes of failures"
                )
                continue
            }
            exceptions[name] = Self.exception(value)
        }
    }

    private static func waits(_ mapping: SourceMapping) -> (delay: Duration?, longest: Duration?) {
        let delay = mapping["delay"]?.duration(atLeast: .zero)
        let longest = mapping["max"]?.duration(atLeast: .zero)
        if let delay, let longest, longest < delay {
            mapping["max"]?.fault("max is \(longest.written), less than the delay of \(delay.written)")
        }
        return (delay, longest)
    }

    private static func exception(_ field: SourceField) -> Exception? {
        if field.node.scalarText == "never" { return .never }
        guard case .mapping = field.node.content else {
            return field.expected("never, or a mapping of attempts, delay, max and backoff")
        }
        guard let mapping = field.mapping(exceptionKeys) else { return nil }
        let (delay, longest) = waits(mapping)
        return Exception(
            maximumAttempts: mapping["attempts"]?.integer(in: 1...100),
            baseDelay: delay,
            maximumDelay: longest,
            growth: mapping["backoff"]?.choice(Growth.self)
        )
    }
}

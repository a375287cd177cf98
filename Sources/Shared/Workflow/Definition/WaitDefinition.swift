/// A job that waits, without a slot.
package enum WaitDefinition: Equatable, Sendable {
    /// So long after it began; a length of time as it is written.
    case length(Template)
    /// Until a time, as RFC 3339 has it; one that has passed waits for nothing.
    case time(Template)
    /// Until an event comes.
    case event(EventWaitDefinition)
}

/// What event a job waits for.
package struct EventWaitDefinition: Equatable, Sendable {
    /// What becomes of the job when none comes in time.
    package enum Otherwise: String, CaseIterable, Sendable {
        case fail
        /// It succeeds with the output null.
        case `continue`
    }

    /// The name of the event.
    package let name: Template
    /// To what it happened; nil for anything.
    package let key: Template?
    /// How long before the run was submitted events count too, by default not at all.
    package let since: Duration
    /// How long it waits, from when it first began to; nil for ever.
    package let within: Duration?
    /// By default `fail`.
    package let otherwise: Otherwise
}

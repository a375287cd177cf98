/// A job that waits, without a slot.
package enum WaitDefinition: Equatable, Sendable {
    /// So long after it began; a length of time as it is written.
    case length(Template)
    /// Until a time, as RFC 3339 has it; one that has passed waits for nothing.
    case time(Template)
}

package import JobModel

/// A param as it was given for a run.
package enum GivenParam: Equatable, Sendable {
    /// A value that has its type already.
    case value(JSONValue)
    /// A text from a command line, which is read by the type that the param has.
    case text(String)
}

/// Why the model stopped.
package enum StopReason: String, Equatable, Sendable, CaseIterable {
    /// It had said what it wanted to say.
    case end
    /// It waits for the results of its tool calls.
    case toolCalls = "tool_calls"
    /// The most tokens were reached: the answer is cut short.
    case length
    /// The provider's filter stopped the answer.
    case contentFilter = "content_filter"
    /// The model declined to answer; its text says so.
    case refusal
    /// The provider left off before the model was done.
    case unfinished
    /// A reason of the provider's own.
    case other
}

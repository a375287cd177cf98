/// An intent that an earlier attempt left behind, as the attempt that holds the job now finds it.
package enum LeftIntent: String, CaseIterable, Sendable {
    /// It is not settled.
    case started
    /// Its outcome is not known.
    case unknown
    /// It was settled, and its effect is once: without its record it must not run again either.
    case recorded

    /// What is done about it.
    package enum Finding: Equatable, Sendable {
        /// Nothing: its result is there.
        case isKept
        /// The record of that very attempt is there: the intent is settled by it.
        case settleByRecord
        /// Its result was recorded and is lost: it is noted, and the step counts as unknown.
        case doubt
        /// It is settled as unknown.
        case settleAsUnknown
        /// It stays unknown.
        case stayUnknown

        /// Whether nobody knows the outcome, or the result of a step that must not run again is lost.
        package var isUnknown: Bool {
            switch self {
            case .isKept, .settleByRecord: false
            case .doubt, .settleAsUnknown, .stayUnknown: true
            }
        }
    }

    /// Decides about it.
    ///
    /// Another attempt's record of the step does not tell what became of this one's call; but whoever recorded it, a step
    /// that must not run again need not.
    ///
    /// - Parameters:
    ///   - isRecorded: Whether any attempt's record of the step is seen.
    ///   - isRecordedByIt: Whether the record of the attempt that wrote the intent is seen.
    package func finding(isRecorded: Bool, isRecordedByIt: Bool) -> Finding {
        if self == .recorded, isRecorded { return .isKept }
        if isRecordedByIt { return .settleByRecord }
        switch self {
        case .started: return .settleAsUnknown
        case .unknown: return .stayUnknown
        case .recorded: return .doubt
        }
    }
}

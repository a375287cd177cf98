/// Why a request was not sent, or where a redirect leads is not asked.
///
/// Safe to show to a model.
package struct HTTPRefusal: Error, Equatable, CustomStringConvertible {
    /// What was wrong and, where it helps, what is allowed.
    package let reason: String

    package init(reason: String) { self.reason = reason }

    package var description: String { reason }
}

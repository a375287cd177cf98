import JobModel
import Workflow

extension JobRunner {
    /// The updates of assets that a job tells of when it succeeds.
    ///
    /// - Throws: `JobFailure` when one cannot be told.
    func products(
        of definition: JobDefinition,
        leaving output: JSONValue,
        in context: ExpressionContext
    ) throws(JobFailure) -> [NewEvent] {
        guard !definition.flow.products.isEmpty else { return [] }
        var context = context
        context.locals[.output] = output
        var products: [NewEvent] = []
        for product in definition.flow.products {
            do {
                let update = try product.update(in: context)
                guard !Self.holdsNull(update.data.encoded()), update.key?.unicodeScalars.contains("\0") != true else {
                    throw Self.refusal("what is told of \(update.name) holds the character U+0000")
                }
                products.append(update)
            } catch let failure as JobFailure {
                throw failure
            } catch let error as ExpressionError {
                throw JobFailure(code: "expression", message: "\(error)", isPermanent: true)
            } catch {
                throw Self.refusal("\(error)")
            }
        }
        return products
    }

    private static func refusal(_ message: String) -> JobFailure {
        JobFailure(code: "asset-invalid", message: message, isPermanent: true)
    }
}

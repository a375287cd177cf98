import Hummingbird
import Logging
import Telemetry

/// Turns every error of a route into a problem document.
struct ProblemMiddleware: RouterMiddleware {
    typealias Context = BasicRequestContext

    let logger: Logger

    @concurrent func handle(
        _ request: Request,
        context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch {
            let problem = Problem(error)
            log(error, problem, of: request)
            return Response(problem: problem)
        }
    }

    /// Logs what an operator should see: what is the caller's fault is none of it.
    private func log(_ error: any Error, _ problem: Problem, of request: Request) {
        guard problem.code.status >= 500 else { return }
        logger.log(
            level: problem.code == .internalError ? .error : .warning,
            "request not carried out",
            metadata: [
                LogKey.method: .string(request.method.rawValue), LogKey.path: .string(request.uri.path),
                LogKey.error: .string(String(reflecting: error)),
            ]
        )
    }
}

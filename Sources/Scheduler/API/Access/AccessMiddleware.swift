import Access
import Hummingbird
import Storage
import Synchronization

/// Lets requests with a good token through, and no others.
///
/// A token is found by the SHA-256 of its text, never by comparing texts: how long that takes tells nothing about it.
final class AccessMiddleware: RouterMiddleware {
    typealias Context = BasicRequestContext

    private static let scheme = "bearer "

    private let tokens: AccessTokenStore
    private let cache = Mutex(AccessCache<ContinuousClock.Instant>())

    init(tokens: AccessTokenStore) { self.tokens = tokens }

    @concurrent func handle(
        _ request: Request,
        context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        guard let header = request.headers[.authorization] else {
            throw Self.refusal(.tokenMissing, "send the header \"Authorization: Bearer TOKEN\"")
        }
        guard header.prefix(Self.scheme.count).lowercased() == Self.scheme,
            let token = AccessToken(header.dropFirst(Self.scheme.count)), let person = try await person(with: token)
        else {
            throw Self.refusal(.tokenInvalid, "the token is not known; chassis token create makes one")
        }
        return try await Person.$current.withValue(person) { try await next(request, context) }
    }

    private func person(with token: AccessToken) async throws -> Person? {
        let digest = token.digest
        let now = ContinuousClock.now
        if let person = cache.withLock({ $0.person(of: digest, at: now) }) { return person }
        guard let person = try await tokens.holder(of: digest).map(Person.init) else { return nil }
        cache.withLock { $0.remember(digest, person, at: now) }
        return person
    }

    private static func refusal(_ code: ProblemCode, _ detail: String) -> Problem {
        Problem(code, detail, headers: [.authenticate: "Bearer"])
    }
}

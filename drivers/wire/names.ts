/** The other way round: from the number on the wire to its name in a table such as `LCP_CODES`. */
export function namesOf<N extends string>(numbers: Readonly<Record<N, number>>): ReadonlyMap<number, N> {
  return new Map((Object.keys(numbers) as N[]).map((name) => [numbers[name], name]));
}

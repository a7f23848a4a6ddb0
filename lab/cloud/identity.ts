/** Who the lab's only user is. Fixed, because programs put these into names and policies and must find them again. */
export const TENANT = "00000000-0000-4000-8000-0000000000aa";
export const SUBSCRIPTION = "00000000-0000-4000-8000-0000000000bb";
